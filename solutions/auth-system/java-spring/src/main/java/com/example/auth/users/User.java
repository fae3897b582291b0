package com.example.auth.users;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/** A row of the table of users; what of it leaves the program, {@link UserView} says. */
public record User(
        UUID id,
        String email,
        String name,
        String passwordHash,
        boolean emailVerified,
        List<String> roles,
        boolean disabled,
        boolean secondFactorActive,
        OffsetDateTime createdAt) {

    /** Name the account in whatever counts by address. */
    public String account() {
        return EmailKey.of(email);
    }

    public boolean isAdministrator() {
        return roles.contains(Role.ADMIN);
    }

    /** Leave the hash out, for texts like this one end in logs. */
    @Override
    public String toString() {
        return "User[" + id + "]";
    }
}
