"""The GoogleTest programs declared with nibble_add_unit_test, each test case a lit test."""

import os

import lit.formats

config.name = "nibble-unit"
config.test_format = lit.formats.GoogleTest(".", "Tests")
config.suffixes = []
config.test_source_root = os.path.join(config.nibble_build_root, "test", "Unit")
config.test_exec_root = config.test_source_root
# Programs of tests that were renamed or removed stay in the build folder.
config.excludes = [
    program
    for program in os.listdir(config.test_exec_root)
    if program.endswith("Tests") and program not in config.nibble_test_programs
]
if os.path.isdir(config.nibble_test_data):
    config.environment["NIBBLE_TEST_DATA"] = os.path.realpath(config.nibble_test_data)
