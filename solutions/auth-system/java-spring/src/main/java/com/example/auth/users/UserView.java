package com.example.auth.users;

import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonInclude;

/** What is shown of a user; {@code disabled} is for administrators and left out for everybody else. */
public record UserView(
        UUID id,
        String email,
        String name,
        boolean emailVerified,
        List<String> roles,
        OffsetDateTime createdAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) Boolean disabled) {

    public static UserView of(User user) {
        return view(user, null);
    }

    public static UserView forAdministrators(User user) {
        return view(user, user.disabled());
    }

    private static UserView view(User user, Boolean disabled) {
        return new UserView(user.id(), user.email(), user.name(), user.emailVerified(), user.roles(), user.createdAt(),
                disabled);
    }
}
