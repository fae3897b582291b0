package com.example.auth.web;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The JSON object that a request carries. A controller asks for it as a parameter, then for the members it knows; each
 * method gives one of them, or throws the problem that says what is wrong with it.
 */
public final class Body {

    /** RFC 5321 section 4.5.3.1.3 leaves so many between its angle brackets. */
    private static final int LONGEST_ADDRESS = 254;

    private final JsonNode members;

    Body(JsonNode members) {
        this.members = members;
    }

    /** Say whether a member is there, be it null. */
    public boolean has(String member) {
        return members.has(member);
    }

    /** Return a text exactly as it was sent. */
    public String text(String member) {
        JsonNode value = members.path(member);
        if (!value.isTextual()) {
            throw invalid(member, "a text is needed here");
        }
        if (hasLoneSurrogate(value.textValue())) {
            throw invalid(member, "half a character has no place in a text");
        }
        return value.textValue();
    }

    /** Return a text that is allowed to be missing or null. */
    public String textOrNull(String member) {
        return members.path(member).isMissingNode() || members.path(member).isNull() ? null : storable(member);
    }

    /** Return an address: exactly one {@code @} with something on both sides. If it exists, only a mail can tell. */
    public String address(String member) {
        String address = storable(member);
        int at = address.indexOf('@');
        if (at < 1 || at != address.lastIndexOf('@') || at == address.length() - 1) {
            throw invalid(member, "exactly one `@` is needed, with something on both sides");
        }
        if (address.codePointCount(0, address.length()) > LONGEST_ADDRESS) {
            throw invalid(member, "at most " + LONGEST_ADDRESS + " characters");
        }
        // A line feed in an address would begin another header in the mail to it.
        if (address.chars().anyMatch(Character::isISOControl)) {
            throw invalid(member, "control characters have no place in an address");
        }
        return address;
    }

    /** Return true or false. */
    public boolean flag(String member) {
        if (!members.path(member).isBoolean()) {
            throw invalid(member, "true or false is needed here");
        }
        return members.path(member).booleanValue();
    }

    /** Return a list of texts. */
    public List<String> texts(String member) {
        JsonNode list = members.path(member);
        if (!list.isArray()) {
            throw invalid(member, "a list is needed here");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : list) {
            if (!item.isTextual()) {
                throw invalid(member + "/" + texts.size(), "a text is needed here");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    private String storable(String member) {
        String text = text(member);
        // PostgreSQL has no room for it.
        if (text.indexOf('\0') >= 0) {
            throw invalid(member, "the character U+0000 has no place in a text");
        }
        return text;
    }

    /** JSON can write half of a pair, such as {@code "\\ud800"}, which UTF-8 cannot. */
    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
    }

    private static Problem invalid(String member, String detail) {
        return Problem.invalid("#/" + member, detail);
    }
}
