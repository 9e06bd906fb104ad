"""What scripts that compute test vectors with the specification's executable definitions (definitions.py) have in common.

A script has a file of vectors beside it, which it writes; with --check it compares, and is skipped when the specification is not at hand.
"""
import argparse
import pathlib
import sys

SKIPPED = 77  # what ctest takes for a test that was skipped
here = pathlib.Path(__file__).resolve()


def load_definitions(folder):
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    import definitions
    definitions.DETERMINISTIC_PROFILE = True
    return definitions


def main(script, name, make):
    """`make(definitions)` gives the text of file `name` beside `script`, and what to say of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    parser.add_argument("--spec", default=here.parents[2] / "shared" / "spec" / "component-model" / "canonical-abi", type=pathlib.Path)
    args = parser.parse_args()
    if not (args.spec / "definitions.py").exists():
        print(f"the specification's definitions are not here; whether {name} is up to date was not checked")
        return SKIPPED
    text, summary = make(load_definitions(args.spec))
    file = script.parent / name
    if not args.check:
        file.write_text(text)
        print(f"{name}: {summary}")
        return 0
    if file.read_text() == text:
        print(f"{name} is what the definitions say: {summary}")
        return 0
    print(f"the definitions say something else than {name}; run {script.name} and read the difference")
    return 1
