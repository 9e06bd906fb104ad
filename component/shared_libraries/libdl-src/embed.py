"""Writes the built-in libdl as a C++ source file.

usage: embed.py LIBDL.so OUT.cpp
"""
import sys

data = open(sys.argv[1], "rb").read()
lines = [",".join(str(b) for b in data[i:i + 64]) for i in range(0, len(data), 64)]
with open(sys.argv[2], "w") as f:
    f.write('#include "component/shared_libraries/libdl.h"\n\nnamespace wcomp::component::shared {\n\nnamespace {\n')
    f.write("const std::uint8_t bytes[] = {\n" + ",\n".join(lines) + "};\n}  // namespace\n\nconst ByteSpan libdl_module(bytes);\n")
    f.write("\n}  // namespace wcomp::component::shared\n")
