"""Set up the toolkit and run it, with one command on Windows, macOS and Linux.

    python toolkit.py run [...]    make the reports: the same as `uof-audit run [...]`
    python toolkit.py test [...]   run the tests and the notebooks: [...] goes to pytest
    python toolkit.py list         any other word is a command of `uof-audit`

The first call makes the folder .venv and installs requirements.lock in it, which takes
about a minute and needs the network. Later calls use what is there. A changed lock,
another Python or a moved folder makes .venv anew.

Only the standard library is used here, and nothing newer than Python 3.6, so that an
older Python can read this file and say what to do instead.
"""

import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
RECORD = os.path.join(VENV, "installed.txt")
WINDOWS = os.name == "nt"
PROGRAMS = os.path.join(VENV, "Scripts" if WINDOWS else "bin")
PYTHON = os.path.join(PROGRAMS, "python.exe" if WINDOWS else "python")
UOF_AUDIT = os.path.join(PROGRAMS, "uof-audit.exe" if WINDOWS else "uof-audit")


class SetUpError(Exception):
    """An expected failure: its text is all that the reader sees."""


def main(words):
    """Do what the words of the command line ask; return the exit status."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return refuse(
            "toolkit.py needs Python 3.11, 3.12 or 3.13, and this is Python {}.{}. "
            "On Windows use: py -3.13 toolkit.py run. "
            "On macOS or Linux use: python3.13 toolkit.py run".format(*sys.version_info[:2])
        )
    if not words or words[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if words else 2
    try:
        set_up()
        if words[0] == "test":
            pytest = [PYTHON, "-m", "pytest", "--nbval", "-n", "2", "--dist", "loadscope"]
            return status(pytest + words[1:], HERE)
        return status([UOF_AUDIT] + words, None)
    except SetUpError as error:
        return refuse(str(error))
    except OSError as error:
        # Such as a folder that may not be written, or a full disk.
        return refuse(f"toolkit.py could not set up or start the toolkit: {error}")
    except KeyboardInterrupt:
        return 130


def set_up():
    """Bring .venv in line with the lock, pyproject.toml, this Python and this folder."""
    wanted = {
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "folder": HERE,
        "requirements.lock": sha256("requirements.lock"),
        "pyproject.toml": sha256("pyproject.toml"),
    }
    found = recorded() if os.path.exists(PYTHON) and os.path.exists(UOF_AUDIT) else {}
    if found == wanted:
        return
    # pyproject.toml alone decides nothing about the packages: they come from the lock.
    keep = dict(found, **{"pyproject.toml": wanted["pyproject.toml"]}) == wanted
    if not keep and os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        raise SetUpError(
            "The folder .venv has to be made anew, and this Python is part of it. "
            "Type deactivate, then run the same command again."
        )
    # Without its record, a set-up that breaks off half-way is made anew by the next call.
    if os.path.exists(RECORD):
        os.remove(RECORD)
    if not keep:
        install_lock()
    say("Installing the toolkit itself ...")
    pip("--no-deps", "--no-build-isolation", "--no-index", "--editable", HERE)
    # Written last: its presence means that the set-up is complete.
    with open(RECORD, "w", encoding="utf-8") as record:
        record.writelines(f"{key}: {value}\n" for key, value in wanted.items())


def install_lock():
    """Make .venv anew and install the packages of requirements.lock in it."""
    say("Setting up .venv with the packages of requirements.lock: once, about a minute ...")
    capture(
        [sys.executable, "-m", "venv", "--clear", VENV],
        "The folder .venv could not be made. Check that this folder may be written to, that no "
        "other program uses .venv and that Python has its venv module (on Debian and Ubuntu, "
        "the package python3-venv). Python said:",
    )
    lock = os.path.join(HERE, "requirements.lock")
    pip("--require-hashes", "--only-binary", ":all:", "--requirement", lock)


def pip(*words):
    """Run the pip of .venv, quietly."""
    capture(
        # -I keeps packages of PYTHONPATH and of the user's own folder out.
        [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q"]
        + list(words),
        "The packages could not be installed. Check the network and the space on the disk, "
        "then run the same command again. pip said:",
    )


def capture(command, failure):
    """Run a command without showing its output; when it fails, show the last lines of it."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        last = [line.strip() for line in lines if line.strip()][-6:]
        raise SetUpError("\n  ".join([failure] + last))


def status(command, folder):
    """Run a command in a folder and return its exit status."""
    # Packages of another Python must not stand in for those of the lock.
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    code = subprocess.call(command, cwd=folder, env=kept)
    return code if code >= 0 else 128 - code  # killed by a signal: as a shell reports it


def recorded():
    """Return what installed.txt says, or nothing when there is no such file."""
    try:
        with open(RECORD, encoding="utf-8") as record:
            return dict(line.rstrip("\n").split(": ", 1) for line in record)
    except (FileNotFoundError, ValueError):
        return {}


def sha256(name):
    """Return the SHA-256 of a file in this folder."""
    with open(os.path.join(HERE, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def say(line):
    """Tell the reader what happens, apart from the output of the command itself."""
    print(line, file=sys.stderr, flush=True)


def refuse(line):
    """Say why nothing can be done; return the exit status for that."""
    say(line)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
