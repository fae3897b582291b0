/** A contact book for the shell: `BRIEF.md` says what each command does, `README.md` how to check it. */

import { parseArgs } from "node:util";

// Where the contacts are kept; the format of the file is up to you.
const { CONTACTS_FILE = "contacts.json" } = process.env;

// Level 1: add and list. Start here.
//
// Keep the contact, print its new id and nothing else, and return the exit code that the brief names.
function add({ values: { name, email, phone, tag } }) {
  if (name === undefined) throw new UsageError("add needs --name");
  console.error("`add` is not written yet");
  return 70;
}

// The next command of level 1:
//
//   list [--json]

// Each command with the options it takes, as `parseArgs` wants them described.
const commands = new Map([
  [
    "add",
    {
      run: add,
      options: {
        name: { type: "string" },
        email: { type: "string", multiple: true, default: [] },
        phone: { type: "string", multiple: true, default: [] },
        tag: { type: "string", multiple: true, default: [] },
      },
    },
  ],
]);

/** What the caller wrote wrongly: a message on stderr and exit code 2, which is what the brief asks. */
class UsageError extends Error {}

/** Read the options of a command; those that take none besides set `allowPositionals`. */
function parsed(args, { options, allowPositionals = false }) {
  try {
    return parseArgs({ args, options, allowPositionals });
  } catch (error) {
    if (!error.code?.startsWith("ERR_PARSE_ARGS")) throw error;
    throw new UsageError(error.message);
  }
}

/** Run the command that the arguments name; return the exit code. */
function main([name, ...args]) {
  try {
    const command = commands.get(name);
    if (command === undefined) throw new UsageError(`the commands are: ${[...commands.keys()].join(", ")}`);
    return command.run(parsed(args, command));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`contacts: ${error.message}`);
    return 2;
  }
}

// Not `process.exit`: it would cut off what is not written yet.
process.exitCode = main(process.argv.slice(2));
