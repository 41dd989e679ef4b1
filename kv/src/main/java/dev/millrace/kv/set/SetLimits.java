package dev.millrace.kv.set;

import dev.millrace.kv.collection.SetValue;
import dev.millrace.kv.collection.SetValue.Form;
import dev.millrace.kv.command.Call;
import dev.millrace.kv.resp.Decimal;
import dev.millrace.kv.session.Config.Quantity;
import dev.millrace.kv.store.Place;

/** Which form a set has with one member more. */
final class SetLimits {
    private SetLimits() {}

    /** The form that the set has, or gets, with a member that is not in it. */
    static Form with(Call call, Place set, long member, int length) {
        Form form = SetValue.form(set);
        long size = SetValue.size(set);
        if (form == Form.INTEGERS) {
            long most = call.server().config().get(Quantity.SET_MAX_INTSET_ENTRIES);
            if (Decimal.isLong(member, length) && size < most) {
                return Form.INTEGERS;
            }
        } else if (form == Form.TABLE) {
            return Form.TABLE;
        }
        return SetValue.formOf(size + 1, length);
    }
}
