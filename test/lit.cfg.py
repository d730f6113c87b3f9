"""The lit suite: every .mlir, .test and .py of test/ except the GoogleTest programs of test/Unit.

Features that a test can ask for with REQUIRES:
  nibble, nibble-opt, …   the tool is part of this build
  avx2, avx512vnni        this machine can execute it
  qemu-x86_64             an emulator for other CPU models
  test-data               outside models and data (NIBBLE_TEST_DATA)
"""

import os
import shutil
import sys

import lit.formats
import lit.util
from lit.llvm import llvm_config

config.name = "nibble"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".py"]
config.excludes = ["Inputs", "Models", "Shop", "CMakeLists.txt", "check.py", "lit.cfg.py", "run.sh"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.nibble_build_root, "test")

if lit.util.killProcessAndChildrenIsSupported()[0]:
    lit_config.maxIndividualTestTime = 600

tools_dir = os.path.join(config.nibble_build_root, "bin")
llvm_config.with_system_environment(["HOME", "CCACHE_DIR", "NIBBLE_VERIFY_ROUNDTRIP"])
llvm_config.with_environment("PATH", config.llvm_tools_dir, append_path=True)
llvm_config.use_default_substitutions()


def add_tool(name, arguments=""):
    """%nibble_opt for nibble-opt, and the feature that tests of it require."""
    if name not in config.nibble_tools:
        return
    path = os.path.join(tools_dir, name)
    config.available_features.add(name)
    # \b: %nibble is not the beginning of %nibble_opt.
    config.substitutions.append((rf"%{name.replace('-', '_')}\b", path + arguments))


# Run the whole suite with this set to see that every printed module parses again.
roundtrip = " --verify-roundtrip" if os.environ.get("NIBBLE_VERIFY_ROUNDTRIP") == "1" else ""
add_tool("nibble-opt", roundtrip)
add_tool("nibble")
add_tool("nibble-arrays")
add_tool("nibble-bench")
add_tool("nibble-conformance")
add_tool("nibble-difffuzz")
add_tool("nibble-emit")
add_tool("nibble-fuzz")
add_tool("nibble-interpret")
add_tool("nibble-lsp-server")
add_tool("nibble-translate")
config.substitutions.append((r"%mlir_opt\b", os.path.join(config.llvm_tools_dir, "mlir-opt")))
config.substitutions.append((r"%llvm_lib_dir\b", os.path.join(config.llvm_tools_dir, "..", "lib")))
# How test/Downstream configures a project: with the compiler of this build, and its cache.
config.substitutions.append((r"%cmake_options\b", config.nibble_cmake_options))
config.substitutions.append((r"%source_root\b", config.nibble_source_root))
config.substitutions.append((r"%build_root\b", config.nibble_build_root))
models_dir = os.path.join(config.test_source_root, "Models")
config.substitutions.append((r"%models\b", models_dir))
config.substitutions.append((r"%onnx_text\b", f"{sys.executable} {models_dir}/onnx_text.py"))
if "nibble-plugin" in config.nibble_tools:
    config.available_features.add("nibble-plugin")
    plugin = os.path.join(config.nibble_build_root, "lib", "NibblePlugin.so")
    config.substitutions.append((r"%nibble_plugin\b", plugin))


def cpu_flags():
    try:
        with open("/proc/cpuinfo") as cpuinfo:
            return next(line for line in cpuinfo if line.startswith("flags")).split()
    except (OSError, StopIteration):
        return []


# Feature of a test -> flag of Linux.
cpu_levels = {"avx2": "avx2", "avxvnni": "avx_vnni", "avx512vnni": "avx512_vnni", "amx": "amx_int8"}
flags = cpu_flags()
for level, flag in cpu_levels.items():
    if flag in flags:
        config.available_features.add(level)

qemu = shutil.which("qemu-x86_64-static") or shutil.which("qemu-x86_64")
if qemu:
    config.available_features.add("qemu-x86_64")
    config.substitutions.append((r"%qemu_x86_64\b", qemu))

if os.path.isdir(config.nibble_test_data):
    config.available_features.add("test-data")
    config.substitutions.append((r"%test_data\b", os.path.realpath(config.nibble_test_data)))
