//===- nibble-difffuzz.cpp - random programs, compiled and on the reference ----------------------------===//
//
// Programs are drawn one after another, several in one module, each about one op, codec, epilogue and class of extents (Axes.h). Each is
// evaluated on the reference interpreter and compiled for every CPU level that this machine executes, on several sets of inputs (Inputs.h). One whose
// result is not what docs/Spec.md allows is written to `--directory` with the command that shows it again, and the exit code is 1. At the end a
// table says how often what was tried.
//
//===------------------------------------------------------------------------------------------------===//

#include "Faults.h"
#include "Fuzzer.h"
#include "nibble/Target/TargetBackend.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>
#include <ctime>

using namespace llvm;
using namespace nibble;
using namespace nibble::difffuzz;

static cl::opt<std::string> directory("directory", cl::init("."), cl::desc("Where programs that differ are written (default: here)"));
static cl::opt<uint64_t> seed("seed", cl::init(1), cl::desc("Of the random numbers (default: 1)"));
static cl::opt<double> seconds("seconds", cl::init(10), cl::desc("How long to go on (default: 10)"));
static cl::opt<uint64_t> firstProgram("first", cl::init(0), cl::desc("Number of the first program (default: 0)"));
static cl::opt<uint64_t> numPrograms("programs", cl::init(0), cl::desc("Stop after so many programs; 0: at the end of the time only (default)"));
static cl::opt<unsigned> programsPerModule("programs-per-module", cl::init(8), cl::desc("Compiled at once (default: 8)"));
static cl::list<std::string> levelOptions("level", cl::CommaSeparated, cl::desc("CPU levels (default: all that this machine executes)"));
static cl::opt<std::string> only("only", cl::desc("Only what begins so: '<op>, <codec>, <variant>, <class of extents>'"));
static cl::opt<bool> plantsFaults("plant-faults", cl::desc("Instead: plant faults in programs, and see that each is noticed"));
static cl::opt<bool> printsPrograms("print", cl::desc("Instead: print the programs"));
static cl::list<std::string> earlierCounts("add-counts", cl::CommaSeparated, cl::desc("Files of other runs whose counts are in the table too"));
static cl::opt<std::string> savedCounts("save-counts", cl::desc("Where to write the counts, once in a minute and at the end"));

/// The levels of x86 that can be executed here.
static std::vector<std::string> getLevels() {
  if (!levelOptions.empty())
    return {levelOptions.begin(), levelOptions.end()};
  StringMap<bool> features = sys::getHostCPUFeatures();
  std::vector<std::string> levels;
  for (StringRef level : findTarget("x86")->getLevels())
    if (features.lookup(level))
      levels.push_back(level.str());
  return levels;
}

static Expected<std::vector<Cell>> getChosenCells() {
  std::vector<Cell> cells = getCells();
  erase_if(cells, [](const Cell &cell) { return !StringRef(getName(cell)).starts_with(only); });
  if (cells.empty())
    return createStringError("nothing begins with '" + only + "'");
  return cells;
}

namespace {
using Clock = std::chrono::steady_clock;

double getSecondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// One run of the tool.
class Run {
public:
  explicit Run(std::vector<Cell> cells) : cells(std::move(cells)), fuzzer(directory, this->cells, levels, seed) {}

  Error fuzz() {
    Clock::time_point lastSave = begin;
    for (; !isDone(); next += programsPerModule) {
      if (Error error = fuzzer.tryCases(next, programsPerModule))
        return error;
      if (getSecondsSince(lastSave) < 60)
        continue;
      lastSave = Clock::now();
      if (Error error = save())
        return error;
    }
    if (Error error = save())
      return error;
    if (Error error = printTable())
      return error;
    return fuzzer.getNumDifferent() ? createStringError("compiled programs differ from the reference") : Error::success();
  }

  Error plantFaults() {
    unsigned numCaught = 0;
    for (const Fault &fault : getFaults()) {
      Expected<bool> isCaught = fuzzer.isCaught(fault.plant);
      if (!isCaught)
        return isCaught.takeError();
      outs() << (*isCaught ? "caught: " : "missed: ") << fault.name << "\n";
      numCaught += *isCaught;
    }
    outs() << numCaught << " of " << getFaults().size() << " faults caught\n";
    return numCaught == getFaults().size() ? Error::success() : createStringError("faults were missed");
  }

  Error print() {
    for (; !isDone(); next += programsPerModule) {
      std::vector<Case> cases;
      for (uint64_t index = next; index < next + programsPerModule; ++index)
        append_range(cases, getCases(cells, seed, index, /*numCopies=*/1));
      outs() << getModuleText(cases);
    }
    return Error::success();
  }

private:
  bool isDone() const { return getSecondsSince(begin) > seconds || (numPrograms && next >= firstProgram + numPrograms); }

  Error save() const { return savedCounts.empty() ? Error::success() : fuzzer.coverage.save(savedCounts); }

  Error printTable() {
    double time = getSecondsSince(begin), cpuTime = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    auto numOwn = static_cast<double>(fuzzer.coverage.getSum().cases);
    for (const std::string &path : earlierCounts)
      if (Error error = fuzzer.coverage.load(path))
        return error;
    fuzzer.coverage.print(outs(), cells, levels);
    outs() << formatv("seed {0}, programs {1} to {2} at levels {3}; {4:f1} cases a second, {5:f1} in one of the CPU: {6} differ\n", seed.getValue(),
                      firstProgram.getValue(), next - 1, join(levels, ", "), numOwn / time, numOwn / cpuTime, fuzzer.getNumDifferent());
    return Error::success();
  }

  Clock::time_point begin = Clock::now();
  std::vector<Cell> cells;
  std::vector<std::string> levels = getLevels();
  uint64_t next = firstProgram;
  Fuzzer fuzzer;
};
} // namespace

static Error run() {
  Expected<std::vector<Cell>> cells = getChosenCells();
  if (!cells)
    return cells.takeError();
  if (!sys::fs::is_directory(directory))
    return createStringError("no such folder '" + directory + "'");
  Run run(std::move(*cells));
  return plantsFaults ? run.plantFaults() : printsPrograms ? run.print() : run.fuzz();
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "random programs, compiled and on the reference\n");
  Error error = run();
  if (!error)
    return 0;
  WithColor::error(errs(), "nibble-difffuzz") << toString(std::move(error)) << "\n";
  return 1;
}
