package dev.millrace.registry.effect;

import dev.millrace.registry.acl.Grants;
import dev.millrace.registry.acl.NodeIdentity;
import dev.millrace.registry.acl.ServiceIdentity;

/** What tokens and roles have their rights from, as bytes. */
final class GrantsForm {
    private GrantsForm() {}

    static void write(Form out, Grants grants) {
        out.texts(grants.policies())
                .list(
                        grants.serviceIdentities(),
                        identity -> out.text(identity.service()).texts(identity.datacenters()))
                .list(
                        grants.nodeIdentities(),
                        identity -> out.text(identity.node()).text(identity.datacenter()));
    }

    static Grants read(FormReader in) {
        return new Grants(
                in.texts(),
                in.list(() -> new ServiceIdentity(in.text(), in.texts())),
                in.list(() -> new NodeIdentity(in.text(), in.text())));
    }
}
