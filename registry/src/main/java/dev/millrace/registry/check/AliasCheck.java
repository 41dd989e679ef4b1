package dev.millrace.registry.check;

import dev.millrace.registry.catalog.Status;

/** A check that stands as the worst of the checks that it follows. */
final class AliasCheck implements Running {
    private final CheckKey key;
    private final CheckDefinition definition;
    private final CheckKind.Alias target;
    private final Aliases aliases;
    private final Report report;
    private Aliases.Following following = Aliases.Following.NOBODY;

    AliasCheck(
            CheckKey key,
            CheckDefinition definition,
            CheckKind.Alias kind,
            Aliases aliases,
            Report report) {
        this.key = key;
        this.definition = definition;
        this.target =
                kind.node().isEmpty() ? new CheckKind.Alias(key.node(), kind.service()) : kind;
        this.aliases = aliases;
        this.report = report;
    }

    @Override
    public CheckDefinition definition() {
        return definition;
    }

    @Override
    public Standing standing() {
        return report.standing();
    }

    @Override
    public void start() {
        following = aliases.follow(target, this::changed);
    }

    @Override
    public void stop() {
        following.end();
        report.end();
    }

    private void changed(Aliases.View view) {
        Standing standing = view.found() ? worst(view) : notFound();
        report.result(
                standing.status(), Output.cut(standing.output(), definition.outputBytesMax()));
    }

    private Standing worst(Aliases.View view) {
        Standing worst = new Standing(Status.PASSING, "No checks found.");
        for (Aliases.Followed check : view.checks()) {
            // Following itself it could never recover.
            if (!check.key().equals(key)) {
                worst = worse(worst, check);
            }
        }
        return worst;
    }

    private static Standing worse(Standing worst, Aliases.Followed check) {
        if (check.status().compareTo(worst.status()) > 0) {
            return new Standing(
                    check.status(),
                    "Aliased check " + GoText.quoted(check.name()) + " failing: " + check.output());
        }
        return worst.status() == Status.PASSING
                ? new Standing(Status.PASSING, "All checks passing.")
                : worst;
    }

    private Standing notFound() {
        return new Standing(
                Status.CRITICAL,
                "Service " + target.service() + " could not be found on node " + target.node());
    }
}
