package dev.millrace.events.api;

import dev.millrace.events.grpc.Method;
import dev.millrace.events.wire.MessageWriter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The service ServerFeatures of serverfeatures.proto: clients ask it first. */
final class ServerFeatures {
    static final String SERVICE = "event_store.client.server_features.ServerFeatures";

    /**
     * The version of KurrentDB whose behaviour this is; clients decide by it what they may ask for.
     */
    static final String VERSION = "25.1.0";

    private ServerFeatures() {}

    /** The method that tells of all methods, itself among them. */
    static Method method(List<Method> others) {
        List<Method> all = new ArrayList<>(others);
        Method own =
                new Method(
                        SERVICE,
                        "GetSupportedMethods",
                        call -> new Answering(call, out -> put(all, out)));
        all.add(own);
        return own;
    }

    private static void put(List<Method> all, MessageWriter out) {
        for (Method method : all) {
            int begun = out.begin(1);
            // In lower case, as KurrentDB gives them and clients compare them.
            out.text(1, method.name().toLowerCase(Locale.ROOT));
            out.text(2, method.service().toLowerCase(Locale.ROOT));
            method.features().forEach(feature -> out.text(3, feature));
            out.end(begun);
        }
        out.text(2, VERSION);
    }
}
