"""Runs lit and says what was run: counts, CPU levels executed, and why tests were skipped.

The last line is `N passed, N failed, N skipped`. Exits with 1 if a test fails, or if a test of the outside data is skipped although
the data is there.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

CPU_LEVELS = ["avx2", "avxvnni", "avx512vnni", "amx"]
PASSED = {"PASS", "XFAIL", "FLAKYPASS"}
SKIPPED = {"UNSUPPORTED", "SKIPPED"}
NOT_RUN = {"EXCLUDED"}


def run_lit(arguments):
    results, report = (os.path.join(arguments.output, name) for name in ("results.json", "results.xml"))
    for path in (results, report):
        if os.path.exists(path):
            os.remove(path)
    command = [sys.executable, arguments.lit, "-s", "-v", "--no-progress-bar", "--output", results]
    command += ["--xunit-xml-output", report]
    if arguments.filter_out:
        command += ["--filter-out", arguments.filter_out]
    code = subprocess.run(command + arguments.suites).returncode
    if not os.path.exists(results):
        sys.exit(f"lit wrote no results (exit code {code})")
    with open(results) as file:
        return json.load(file)["tests"] + list(skipped_cases(report))


def skipped_cases(report):
    """The GoogleTest cases that called GTEST_SKIP; lit's results have them in its XML report only."""
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        skipped = case.find("skipped")
        # Other messages tell of tests that are in the results, or that nobody asked for.
        if skipped is not None and skipped.get("message") == "User interrupt":
            yield {"name": f"{case.get('classname')}.{case.get('name')}", "code": "SKIPPED", "output": ""}


def source_of(test):
    """The test file of a lit test, or nothing for a GoogleTest case."""
    suite, _, path = test["name"].partition(" :: ")
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), path)
    if suite != "nibble" or not os.path.isfile(path):
        return ""
    with open(path, errors="replace") as file:
        return file.read()


def executed_levels(tests):
    """CPU levels that a passing test required, or names (GoogleTest)."""
    found = set()
    for test in tests:
        if test["code"] not in PASSED:
            continue
        text = " ".join(re.findall(r"REQUIRES:(.*)", source_of(test)))
        if test["name"].startswith("nibble-unit"):
            text = test["name"].lower()
        found.update(level for level in CPU_LEVELS if re.search(rf"(?<![a-z0-9]){level}(?![a-z0-9])", text))
    return [level for level in CPU_LEVELS if level in found]


def reason_of(test):
    match = re.search(r"unavailable features: (.*)", test["output"])
    if match:
        return "needs " + match.group(1).strip()
    return " ".join(test["output"].split())[:100] or "skipped by the test itself"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lit", required=True, help="lit's script")
    parser.add_argument("--output", required=True, help="folder of the built test suite")
    parser.add_argument("--filter-out", help="regular expression of test names to leave out")
    parser.add_argument("suites", nargs="*")
    arguments = parser.parse_args()
    arguments.suites = arguments.suites or [arguments.output]

    tests = [test for test in run_lit(arguments) if test["code"] not in NOT_RUN]
    passed = [test for test in tests if test["code"] in PASSED]
    skipped = [test for test in tests if test["code"] in SKIPPED]
    failed = [test for test in tests if test not in passed and test not in skipped]

    for reason, count in collections.Counter(map(reason_of, skipped)).most_common():
        print(f"skipped {count}: {reason}")
    print("CPU levels executed:", ", ".join(executed_levels(tests)) or "none")
    data_is_missing = any("test-data" in reason_of(test) for test in skipped)
    # A test of the data may still be skipped for another reason (CPU, tool); with the data there, that is an error.
    forgotten = [test for test in skipped if "test-data" in source_of(test)]
    if forgotten and not data_is_missing:
        for test in forgotten:
            print(f"error: the data is there, but {test['name']} was skipped: {reason_of(test)}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    sys.exit(bool(failed or not passed or (forgotten and not data_is_missing)))


if __name__ == "__main__":
    main()
