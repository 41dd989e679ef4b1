package dev.millrace.kv.geo;

import dev.millrace.kv.command.Call;
import dev.millrace.kv.command.Refusal;

/** Units of length, by the words that requests have for them. */
enum Unit {
    M(1),
    KM(1000),
    FT(0.3048),
    MI(1609.34);

    private final double metres;

    Unit(double metres) {
        this.metres = metres;
    }

    /** How long it is. */
    double metres() {
        return metres;
    }

    static Unit of(Call call, int index) {
        for (Unit unit : values()) {
            if (call.is(index, unit.name())) {
                return unit;
            }
        }
        throw new Refusal("ERR unsupported unit provided. please use M, KM, FT, MI");
    }
}
