"""Writes the adapter's modules and the WIT of its imports as a C++ source file.

usage: embed.py VERSION STDIO.wasm FULL.wasm OUT.cpp WIT..

Each WIT file is a whole package; they become one text of nested packages.
"""
import re
import sys


def byte_array(name, path):
    data = open(path, "rb").read()
    lines = [",".join(str(b) for b in data[i:i + 64]) for i in range(0, len(data), 64)]
    return f"const std::uint8_t {name}[] = {{\n" + ",\n".join(lines) + "};\n"


def nested_package(path):
    text = open(path).read()
    text, n = re.subn(r"^package ([^;]*);", r"package \1 {", text, count=1, flags=re.M)
    if n != 1:
        sys.exit(f"{path}: no package")
    # Worlds would pull in interfaces that are not here.
    text = re.sub(r"(^[ \t]*(///[^\n]*|@[^\n]*)\n)*^world [^{]*\{.*?^\}\n", "", text, flags=re.M | re.S)
    return text + "}\n"


def main():
    version, stdio, full, out, *wit = sys.argv[1:]
    text = "package wcomp:adapter;\n" + "".join(nested_package(p) for p in sorted(wit))
    with open(out, "w") as f:
        f.write('#include "component/componentize/preview1.h"\n\nnamespace wcomp::component::adapter_files {\n\nnamespace {\n')
        f.write(byte_array("stdio_bytes", stdio))
        f.write(byte_array("full_bytes", full))
        f.write("}  // namespace\n\nconst ByteSpan stdio(stdio_bytes);\nconst ByteSpan full(full_bytes);\n")
        f.write(f'const std::string_view wasi_version = "{version}";\n')
        pieces = [text[i:i + 8000] for i in range(0, len(text), 8000)]
        f.write("const std::string_view wit =\n" + "\n".join('R"__wit(' + p + ')__wit"' for p in pieces) + ";\n")
        f.write("\n}  // namespace wcomp::component::adapter_files\n")


main()
