package dev.millrace.kernel.journal;

/**
 * Where a journal stops being what was written, though no torn tail can be there.
 *
 * @param where the file and the offset in it
 * @param what is wrong there
 * @param goodFrames how many whole frames stand behind it, and would be lost with what is cut off;
 *     0 if the part that is damaged is the one without which none can be told
 * @param firstGood where the first of those stands
 */
public record Damage(String where, String what, long goodFrames, String firstGood) {
    /** One line for the operator. */
    public String text() {
        if (goodFrames == 0) {
            return where
                    + ": "
                    + what
                    + ", and frames stand behind it that cannot be checked: this is no torn tail";
        }
        return where
                + ": "
                + what
                + ", and "
                + goodFrames
                + (goodFrames == 1 ? " good frame stands" : " good frames stand")
                + " behind it (the first at "
                + firstGood
                + "): this is no torn tail";
    }
}
