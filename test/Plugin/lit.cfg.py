"""The tests of dialect and passes once more, under the stock mlir-opt with NibblePlugin.so in it."""

import os

lit_config.load_config(config, os.path.join(os.path.dirname(__file__), "..", "lit.cfg.py"))

config.name = "nibble-plugin"
config.test_exec_root = os.path.join(config.nibble_build_root, "test", "Plugin")
folders = ["Conversion", "Dialect", "Transforms"]
config.excludes = {*config.excludes, *os.listdir(config.test_source_root)} - {*folders}
config.unsupported = "nibble-plugin" not in config.available_features

plugin = os.path.join(config.nibble_build_root, "lib", "NibblePlugin.so")
stock = os.path.join(config.llvm_tools_dir, "mlir-opt")
stock += f" --load-dialect-plugin={plugin} --load-pass-plugin={plugin}"
nibble_opt = os.path.join(config.nibble_build_root, "bin", "nibble-opt")
config.substitutions = [(key, text.replace(nibble_opt, stock)) for key, text in config.substitutions]
