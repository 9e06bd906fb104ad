"""The reference tools of scripts/peers.txt. A missing peer fails the test that needs it; WCOMP_PEERS=off leaves such checks out and counts them."""
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
OFF = os.environ.get("WCOMP_PEERS") == "off"
left_out = 0


def run(name, *args, **options):
    """Runs a peer and gives the finished process; None when peers are off."""
    global left_out
    if OFF:
        left_out += 1
        return None
    program = ROOT / "build" / "peers" / "bin" / name
    if not program.exists():
        raise SystemExit(f"{name} is missing: run scripts/peers, or set WCOMP_PEERS=off to leave {name} out")
    if "input" not in options:
        options["stdin"] = subprocess.DEVNULL
    return subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=120, **options)
