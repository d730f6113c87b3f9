# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/third-party | FileCheck %s
#
# CHECK: lib/Driver/Compile.cpp:1: zip.h (libzip) is for Data only
# CHECK: lib/Driver/Compile.cpp:2: onnx/onnx.pb.h (onnx) is for Import/ONNX only
# CHECK-NOT: {{.}}
"""Each third-party library is known to one folder."""

import re

import tree

# Library -> what its includes look like, and the one folder that may have them.
LIBRARIES = {
    "CBC": (r"coin/|Cbc|Coin[A-Z]|Osi[A-Z]", "Assignment"),
    "Eigen": (r"Eigen/|eigen3/", "Rounding"),
    "libjpeg": (r"jpeglib\.h|turbojpeg\.h", "Data"),
    "libpng": (r"png\.h|libpng", "Data"),
    "libzip": (r"zip\.h", "Data"),
    "onnx": (r"onnx/", "Import/ONNX"),
    "protobuf": (r"google/protobuf/", "Import/ONNX"),
    "zlib": (r"zlib\.h", "Data"),
}


def check(root):
    for path in tree.sources(root, [".h", ".c", ".cpp"], ["include", "lib", "tools"]):
        for number, include, _ in tree.includes(tree.read(root, path)):
            for library, (pattern, folder) in LIBRARIES.items():
                if re.match(pattern, include) and f"/{folder}/" not in path:
                    yield f"{path}:{number}: {include} ({library}) is for {folder} only"


if __name__ == "__main__":
    tree.run(check)
