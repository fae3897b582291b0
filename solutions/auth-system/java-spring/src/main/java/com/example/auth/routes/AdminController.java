package com.example.auth.routes;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

import com.example.auth.sessions.Administrator;
import com.example.auth.sessions.Moderation;
import com.example.auth.users.Role;
import com.example.auth.users.User;
import com.example.auth.users.UserView;
import com.example.auth.users.Users;
import com.example.auth.web.Body;
import com.example.auth.web.Problem;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** For administrators only. */
@RestController
class AdminController {

    private static final int USUAL_LIMIT = 50;
    private static final int HIGHEST_LIMIT = 200;

    private final Users users;
    private final Moderation moderation;

    AdminController(Users users, Moderation moderation) {
        this.users = users;
        this.moderation = moderation;
    }

    private record Page(List<UserView> items, String nextCursor) {
    }

    @GetMapping("/admin/users")
    Page list(Administrator administrator, @RequestParam Optional<String> email, @RequestParam Optional<String> limit,
            @RequestParam Optional<String> cursor) {
        if (email.isPresent()) {
            return new Page(views(find(email.get())), null);
        }
        return page(cursor.map(AdminController::cursor).orElse(null),
                limit.map(AdminController::limit).orElse(USUAL_LIMIT));
    }

    private List<User> find(String email) {
        // PostgreSQL would not even look for an address with U+0000.
        return email.indexOf('\0') < 0 ? users.findByEmail(email).stream().toList() : List.of();
    }

    /** Ask for one more than is shown, to know whether another page follows. */
    private Page page(UUID after, int limit) {
        List<User> found = users.list(after, limit + 1);
        if (found.size() <= limit) {
            return new Page(views(found), null);
        }
        List<User> shown = found.subList(0, limit);
        return new Page(views(shown), shown.get(limit - 1).id().toString());
    }

    @PatchMapping("/admin/users/{id}")
    UserView change(Administrator administrator, @PathVariable String id, Body body) {
        Boolean disabled = body.has("disabled") ? body.flag("disabled") : null;
        List<String> roles = body.has("roles") ? roles(body) : null;
        return uuid(id).flatMap(user -> moderation.change(user, disabled, roles)).map(UserView::forAdministrators)
                .orElseThrow(() -> Problem.of(HttpStatus.NOT_FOUND));
    }

    private static List<UserView> views(List<User> users) {
        return users.stream().map(UserView::forAdministrators).toList();
    }

    private static List<String> roles(Body body) {
        List<String> roles = body.texts("roles");
        if (!Role.ALL.containsAll(roles)) {
            throw Problem.invalid("#/roles", "the roles are " + String.join(" and ", Role.ALL));
        }
        return Role.ALL.stream().filter(roles::contains).toList();
    }

    private static UUID cursor(String text) {
        return uuid(text)
                .orElseThrow(() -> Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "invalid-cursor", "Invalid cursor"));
    }

    private static int limit(String text) {
        if (!text.matches("0*[1-9][0-9]*")) {
            throw Problem.of(HttpStatus.UNPROCESSABLE_ENTITY, "invalid-limit", "Invalid limit");
        }
        // What has more digits than an int is above the highest anyway.
        return text.length() > 9 ? HIGHEST_LIMIT : Math.min(Integer.parseInt(text), HIGHEST_LIMIT);
    }

    /** Read an id; a text that is none belongs to nobody. */
    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException exception) {
            return Optional.empty();
        }
    }
}
