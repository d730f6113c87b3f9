# RUN: %python %s %source_root
# RUN: not %python %s %S/Inputs/passes | FileCheck %s
#
# CHECK: include/nibble/Transforms/Passes.td: FoldThingsPass is named 'nibble-fold-stuff', expected 'nibble-fold-things'
# CHECK: include/nibble/Transforms/Passes.td: FoldThingsPass has no lib/Transforms/FoldThings.cpp
# CHECK: include/nibble/Transforms/Passes.td: FoldThingsPass has no test/Transforms/fold-things.mlir
# CHECK: include/nibble/Transforms/Passes.td: the description of FoldThingsPass has no 'Ensures:'
# CHECK: include/nibble/Transforms/Passes.td: LowerBarePass does not derive from WithModels<nibble::impl::LowerBarePassBase<…>>
# CHECK: include/nibble/Transforms/Passes.td: the example of LowerGoodPass has toy.first, which the first case of test/Transforms/lower-good.mlir lacks
# CHECK-NOT: {{.}}
"""One pass, one file, one name in three spellings, and a description that says what the pass requires and ensures, with an example
that is the first case of the pass's test."""

import os
import re

import tree


def dashed(name):
    """fold-batch-norm for FoldBatchNorm, lower-x86-tiles for LowerX86Tiles."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def declarations(text):
    """(class, argument, text of the definition) of each pass."""
    for definition in re.split(r"^(?=def )", text, flags=re.M):
        match = re.match(r'def (\w+)\s*:\s*(?:Interface)?Pass<\s*"([^"]+)"', definition)
        if match:
            yield match.group(1), match.group(2), definition


def source_stem(folder, stem):
    """The file of a pass below its folder: AToB/AToB for a conversion; without the target's name in a target's folder."""
    if folder == "Conversion":
        name = stem.removeprefix("Convert")
        return f"{name}/{name}"
    if folder.startswith("Target/"):
        return stem.removeprefix(folder.split("/")[1])
    return stem


def check_pass(root, path, name, argument, definition):
    where = f"{path}: {name}"
    if not name.endswith("Pass"):
        yield f"{where} does not end in Pass"
    stem = re.sub("Pass$", "", name)
    if argument != f"nibble-{dashed(stem)}":
        yield f"{where} is named '{argument}', expected 'nibble-{dashed(stem)}'"
    folder = os.path.dirname(path)[len("include/nibble/") :]
    expected = [f"lib/{folder}/{source_stem(folder, stem)}.cpp", f"test/{folder}/{dashed(stem)}.mlir"]
    for file in expected:
        if not os.path.exists(os.path.join(root, file)):
            yield f"{where} has no {file}"
    source = os.path.join(root, expected[0])
    if folder in ("Conversion", "Transforms") and os.path.exists(source):
        if f"WithModels<nibble::impl::{name}Base<" not in tree.read(root, expected[0]):
            yield f"{path}: {name} does not derive from WithModels<nibble::impl::{name}Base<…>>"
    for heading in ("Requires:", "Ensures:"):
        if heading not in definition:
            yield f"{path}: the description of {name} has no '{heading}'"
    if os.path.exists(os.path.join(root, expected[1])):
        yield from check_example(root, path, name, definition, expected[1])


def check_example(root, path, name, definition, test):
    """What happens to the example is checked by its test; its text is abridged, so that only the ops can be compared."""
    before = re.search(r"```mlir\n(.*?)```", definition, re.S)
    if not before:
        yield f"{path}: the description of {name} has no example"
        return
    first_case = tree.read(root, test).split("// -----")[0]
    code = "\n".join(line for line in first_case.splitlines() if not line.lstrip().startswith("//"))
    example = re.sub(r"//.*", "", before.group(1))
    for op in sorted(set(re.findall(r"(?<![\w#@%.\"])([a-z_]+\.[a-z_0-9]+)\b", example))):
        if op not in code:
            yield f"{path}: the example of {name} has {op}, which the first case of {test} lacks"


def check(root):
    for path in tree.sources(root, [".td"], ["include", "lib"]):
        for name, argument, definition in declarations(tree.read(root, path)):
            yield from check_pass(root, path, name, argument, definition)


if __name__ == "__main__":
    tree.run(check)
