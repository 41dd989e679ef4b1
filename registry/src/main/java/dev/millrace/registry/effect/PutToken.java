package dev.millrace.registry.effect;

import dev.millrace.registry.acl.Acl;
import dev.millrace.registry.acl.Token;
import dev.millrace.registry.state.State;
import dev.millrace.registry.state.Touched;

/**
 * A token is there, or is as it is now.
 *
 * @param bootstraps whether it is the first that may all, after which nobody gets one for nothing
 */
public record PutToken(Token token, boolean bootstraps) implements AclChange, Kept {
    @Override
    public int code() {
        return Codes.PUT_TOKEN;
    }

    @Override
    public void write(Form out) {
        out.text(token.accessor()).text(token.secret()).text(token.description());
        GrantsForm.write(out, token.grants());
        out.texts(token.roles())
                .flag(token.local())
                .number(token.createMillis())
                .number(token.expiresMillis())
                .number(token.createIndex())
                .number(token.modifyIndex())
                .flag(bootstraps);
    }

    static PutToken read(FormReader in) {
        Token token =
                new Token(
                        in.text(),
                        in.text(),
                        in.text(),
                        GrantsForm.read(in),
                        in.texts(),
                        in.flag(),
                        in.varint(),
                        in.varint(),
                        in.varint(),
                        in.varint());
        return new PutToken(token, in.flag());
    }

    @Override
    public State on(State before, long index, Touched touched) {
        long created = before.acl().token(token.accessor()).map(Token::createIndex).orElse(index);
        Acl after = before.acl().with(token.at(created, index), index, touched);
        return before.with(bootstraps ? after.bootstrapped(index) : after);
    }

    @Override
    public State restored(State before) {
        return before.with(before.acl().with(token, token.modifyIndex(), Touched.NOBODY));
    }
}
