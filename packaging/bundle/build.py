"""Make the bundle for this system: one archive with stem and all it needs, Python among it.

    python packaging/bundle/build.py [-o FOLDER] [--wheel FILE]

Needs a Python with a shared library (Debian's, python.org's, uv's), and for Linux one no newer than the
oldest system that the bundle is to run on. Prints the archive, its size and what in it is largest.
"""

import argparse
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LAUNCHER = "stem"
SMALLER = "imageio-ffmpeg==0.6.0"
"""Its ffmpeg takes 80 MB; that of 0.8.1 takes 173 MB, and reads no more kinds of sound that matter here."""


def main() -> None:
    """Build it in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--wheel", type=Path, help="stem's wheel; by default it is made from this checkout")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        python = environment(work, options.wheel or ROOT)
        run(
            *(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", work / "dist", "--workpath", work / "build", HERE / "stem.spec"),
        )
        folder = work / "dist" / "stem"
        finish(folder)
        version = subprocess.check_output([folder / program(), "--version"], text=True).split()[-1]
        tell(packed(folder, options.output / f"stem-{version}-{system()}"), folder)


def environment(work: Path, stem: Path) -> Path:
    """Return a Python with stem and PyInstaller; versions are those that the tests ran with, but for one."""
    folder = work / "environment"
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    constraints = work / "constraints.txt"
    constraints.write_text(re.sub("(?m)^imageio-ffmpeg==.*$", SMALLER, pinned), encoding="utf-8")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--constraint", constraints, f"{stem}[piper,plot]", "pyinstaller>=6.10")
    return python


def finish(folder: Path) -> None:
    """Put in what PyInstaller does not: who looks at the machine first, and the licence."""
    for name in ("LICENSE", "NOTICE", "HANDLEIDING.md"):
        shutil.copy(ROOT / name, folder)
    if sys.platform == "win32":
        return
    launcher = folder / LAUNCHER
    script = (HERE / "stem.sh").read_text(encoding="utf-8")
    launcher.write_text(script.replace("@GLIBC@", needed_glibc(folder)), encoding="utf-8")
    launcher.chmod(0o755)
    if sys.platform == "darwin":  # what a double click opens there
        shutil.copy(launcher, folder / "stem.command")


def needed_glibc(folder: Path) -> str:
    """Return the newest version of glibc that a part asks for."""
    asked = {
        int(minor)
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and (path.suffix == ".so" or ".so." in path.name)
        for minor in re.findall(rb"\x00GLIBC_2\.(\d+)(?=\x00)", path.read_bytes())
    }
    return f"2.{max(asked, default=0)}"


def packed(folder: Path, base: Path) -> Path:
    """Return the archive of a folder, with its sum beside it."""
    kind = "zip" if sys.platform == "win32" else "xztar"
    archive = Path(shutil.make_archive(str(base), kind, root_dir=folder.parent, base_dir=folder.name))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")
    return archive


def tell(archive: Path, folder: Path) -> None:
    """Print sizes, the largest parts first."""
    print(f"{archive}  {archive.stat().st_size / 1e6:.0f} MB packed, {size(folder) / 1e6:.0f} MB unpacked")
    parts = sorted(((size(part), part.name) for part in (folder / "lib").iterdir()), reverse=True)
    for part, name in parts[:12]:
        print(f"  {part / 1e6:6.1f} MB  {name}")


def size(path: Path) -> int:
    """Return the bytes of a file, or of all files in a folder."""
    return sum(
        each.stat().st_size for each in (path, *path.rglob("*")) if each.is_file() and not each.is_symlink()
    )


def program() -> str:
    """Return the name of what starts stem."""
    return "stem.exe" if sys.platform == "win32" else LAUNCHER


def system() -> str:
    """Return the name of this system and its processor, as it stands in the name of the archive."""
    names = {"win32": "windows", "darwin": "macos", "linux": "linux"}
    return f"{names.get(sys.platform, sys.platform)}-{platform.machine().lower()}"


def run(*command: str | Path) -> None:
    """Run a program, and stop when it fails."""
    subprocess.run([str(word) for word in command], check=True)


if __name__ == "__main__":
    main()
