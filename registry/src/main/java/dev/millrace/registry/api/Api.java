package dev.millrace.registry.api;

import dev.millrace.registry.acl.AclSettings;
import dev.millrace.registry.acl.Gate;
import dev.millrace.registry.agent.Agent;
import dev.millrace.registry.agent.AgentChecks;
import dev.millrace.registry.http.Route;
import dev.millrace.registry.http.Routes;
import dev.millrace.registry.session.SessionTimers;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** All endpoints. A new family of them is added here and nowhere else. */
public final class Api {
    private Api() {}

    public static Routes routes(
            Agent agent,
            AgentChecks checks,
            SessionTimers timers,
            AclSettings acl,
            Gate gate,
            InstantSource clock) {
        List<Route> all = new ArrayList<>();
        all.addAll(new AboutRoutes(agent).routes());
        all.addAll(new AgentRoutes(agent, checks).routes());
        all.addAll(new CatalogRoutes(agent).routes());
        all.addAll(new Health(agent).routes());
        all.addAll(new KeyRoutes(agent, clock).routes());
        all.addAll(new SessionRoutes(agent, timers, clock).routes());
        all.addAll(new TransactionRoutes(agent, clock).routes());
        all.addAll(new EventRoutes(agent).routes());
        all.addAll(new QueryRoutes(agent, gate).routes());
        all.addAll(new AclRoutes(agent, acl, clock).routes());
        return new Routes(all);
    }
}
