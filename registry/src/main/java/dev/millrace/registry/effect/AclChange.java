package dev.millrace.registry.effect;

/** A change of tokens, policies or roles: nobody but those who resolve rights cares which. */
public sealed interface AclChange extends Change
        permits PutToken, DropToken, PutPolicy, DropPolicy, PutRole, DropRole {}
