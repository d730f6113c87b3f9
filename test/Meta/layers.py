# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/layers | FileCheck %s
#
# CHECK: docs/Architecture.md: no such folder 'Vanished'
# CHECK: include/nibble/Unlisted/Thing.h: folder 'Unlisted' is not in the layers table of docs/Architecture.md
# CHECK: lib/Middle/Middle.cpp:1: Middle (L1) includes nibble/Top/Top.h of Top (L2): includes go downwards only
# CHECK: lib/Middle/Middle.cpp:2: Middle (L1) includes nibble/Sibling/Sibling.h of Sibling (L1): includes go downwards only
# CHECK: lib/Runtime/Runtime.c:1: Runtime includes llvm/ADT/StringRef.h: only Runtime, Numerics and the system's headers
# CHECK-NOT: {{.}}
"""Every include goes to a lower layer of docs/Architecture.md, or stays in its folder."""

import re

import tree


class Layers:
    """The table of docs/Architecture.md. `Import/<Format>` stands for every folder of Import."""

    def __init__(self, root):
        self.layer_of = {}
        for layer, folders in re.findall(r"^\| L(\d) \| (.*) \|$", tree.read(root, "docs/Architecture.md"), re.M):
            for folder in re.findall(r"`([^`]+)`", folders):
                self.layer_of[folder] = int(layer)

    def folder_of(self, path):
        """'Target/X86', 2 … for 'Target/X86/Foo.h'; an unlisted folder has no layer."""
        parts = path.split("/")[:-1]
        for length in range(len(parts), 0, -1):
            exact = "/".join(parts[:length])
            pattern = re.sub(r"[^/]+$", "<", exact)
            for folder, layer in self.layer_of.items():
                if folder == exact or (folder.startswith(pattern) and pattern.endswith("/<")):
                    return exact, layer
                # Files of Target itself are shared by the targets.
                if length == len(parts) and folder.startswith(exact + "/"):
                    return exact, layer
        return "/".join(parts), None


def is_allowed(source, source_layer, target, target_layer):
    related = source == target or source.startswith(target + "/") or target.startswith(source + "/")
    return related or target_layer < source_layer


def check_folders(root, layers, paths):
    folders = {}
    for path in paths:
        folder, layer = layers.folder_of(path.split("/", 2 if path.startswith("include") else 1)[-1])
        folders.setdefault(folder, (path, layer))
    for folder, (path, layer) in sorted(folders.items()):
        if layer is None and folder not in ("", "Runtime"):
            yield f"{path}: folder '{folder}' is not in the layers table of docs/Architecture.md"


def check_runtime(path, number, include, is_system):
    allowed = include.startswith(("nibble/Runtime/", "nibble/Numerics/")) or "/" not in include or is_system
    if not allowed or include.startswith(("llvm/", "mlir/", "clang/")):
        yield f"{path}:{number}: Runtime includes {include}: only Runtime, Numerics and the system's headers"


def check(root):
    layers = Layers(root)
    paths = tree.sources(root, [".h", ".c", ".cpp", ".td", ".def"], ["include", "lib"])
    known = "\n".join(paths) + "\n"
    for folder in layers.layer_of:
        if "<" not in folder and f"/{folder}/" not in known:
            yield f"docs/Architecture.md: no such folder '{folder}'"
    yield from check_folders(root, layers, paths)
    for path in paths:
        inner = path.split("/", 2 if path.startswith("include") else 1)[-1]
        folder, layer = layers.folder_of(inner)
        for number, include, is_system in tree.includes(tree.read(root, path)):
            if folder.split("/")[0] == "Runtime":
                yield from check_runtime(path, number, include, is_system)
                continue
            if layer is None or not include.startswith("nibble/"):
                continue
            target, target_layer = layers.folder_of(include[len("nibble/") :])
            if target_layer is not None and not is_allowed(folder, layer, target, target_layer):
                yield (
                    f"{path}:{number}: {folder} (L{layer}) includes {include} of {target} (L{target_layer}): "
                    "includes go downwards only"
                )


if __name__ == "__main__":
    tree.run(check)
