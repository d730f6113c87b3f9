//===- nibble-difffuzz.cpp - random programs, compiled and on the reference ----------------------------===//
//
// Cases are drawn one after another, each about one op, codec, epilogue and class of extents (Axes.h), in programs of several. Each program is
// evaluated on the reference interpreter and compiled for every CPU level that this machine executes. A case whose result is not what docs/Spec.md
// allows is written to `--directory` with the command that shows it again, and the exit code is 1. At the end a table says how often what was tried.
//
//===------------------------------------------------------------------------------------------------===//

#include "Case.h"
#include "Coverage.h"
#include "Faults.h"
#include "Trial.h"
#include "nibble/Support/OutputFiles.h"
#include "nibble/Target/TargetBackend.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>

using namespace llvm;
using namespace nibble;
using namespace nibble::difffuzz;

static cl::opt<std::string> directory("directory", cl::Required, cl::desc("Where cases that differ are written"));
static cl::opt<uint64_t> seed("seed", cl::init(1), cl::desc("Of the random numbers (default: 1)"));
static cl::opt<double> seconds("seconds", cl::init(10), cl::desc("How long to go on (default: 10)"));
static cl::opt<uint64_t> firstCase("first", cl::init(0), cl::desc("Number of the first case (default: 0)"));
static cl::opt<uint64_t> numCases("cases", cl::init(0), cl::desc("Stop after so many cases; 0: at the end of the time only (default)"));
static cl::opt<unsigned> casesPerProgram("cases-per-program", cl::init(8), cl::desc("In one program (default: 8)"));
static cl::list<std::string> levelOptions("level", cl::CommaSeparated, cl::desc("CPU levels (default: all that this machine executes)"));
static cl::opt<bool> plantsFaults("plant-faults", cl::desc("Instead: plant faults in programs, and see that each is noticed"));
static cl::opt<bool> printsCases("print", cl::desc("Instead: print the programs"));
static cl::opt<bool> printsTable("table", cl::init(true), cl::desc("Print how often what was tried (default)"));

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

namespace {

class Fuzzer {
public:
  Fuzzer() : levels(getLevels()), coverage(levels) {}

  Error run() {
    Clock::time_point begin = Clock::now();
    uint64_t next = firstCase;
    auto isDone = [&] {
      return std::chrono::duration<double>(Clock::now() - begin).count() > seconds || (numCases && next >= firstCase + numCases);
    };
    for (; !isDone(); next += casesPerProgram) {
      std::vector<Case> cases;
      for (uint64_t index = next; index < next + casesPerProgram; ++index)
        cases.push_back(getCase(seed, index));
      if (printsCases)
        outs() << getModuleText(cases);
      else if (Error error = tryCases(cases))
        return error;
    }
    if (printsCases)
      return Error::success();
    double time = std::chrono::duration<double>(Clock::now() - begin).count();
    if (printsTable)
      if (printsTable)
      coverage.print(outs());
    outs() << formatv("seed {0}, cases {1} to {2}, {3:f1} a second, levels {4}: {5} differ\n", seed.getValue(), firstCase.getValue(),
                      next - 1, static_cast<double>(next - firstCase) / time, join(levels, ", "), numDifferent);
    return numDifferent ? createStringError("compiled programs differ from the reference") : Error::success();
  }

  /// Plants each fault in the first cases that have a place for it.
  Error plantFaults() {
    unsigned numCaught = 0;
    for (const Fault &fault : getFaults()) {
      Expected<bool> isCaught = isCaughtSomewhere(fault);
      if (!isCaught)
        return isCaught.takeError();
      outs() << (*isCaught ? "caught: " : "missed: ") << fault.name << "\n";
      numCaught += *isCaught;
    }
    outs() << numCaught << " of " << getFaults().size() << " faults caught\n";
    return numCaught == getFaults().size() ? Error::success() : createStringError("faults were missed");
  }

private:
  using Clock = std::chrono::steady_clock;

  /// Whether one of the first places for a fault shows it: in some it cannot, a channel that saturates anyway for example.
  Expected<bool> isCaughtSomewhere(const Fault &fault) {
    constexpr unsigned maxPlaces = 8;
    unsigned numPlaces = 0;
    for (uint64_t index = firstCase; numPlaces < maxPlaces && index < firstCase + 2 * getCells().size(); ++index) {
      Session &current = getSession();
      Expected<Trial> trial = Trial::create(current, getModuleText(getCase(seed, index)));
      if (!trial)
        return trial.takeError();
      mlir::OwningOpRef<mlir::ModuleOp> changed = trial->getModule().clone();
      bool isPlanted = changed->walk([&](mlir::Operation *op) {
        return fault.plant(op) ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
      }).wasInterrupted();
      if (!isPlanted)
        continue;
      ++numPlaces;
      Expected<std::vector<std::string>> problems = trial->compare(current, levels.front(), *changed);
      if (!problems)
        return problems.takeError();
      if (!problems->front().empty())
        return true;
    }
    return false;
  }

  /// The context of a session keeps every constant: a new one from time to time.
  Session &getSession() {
    constexpr unsigned maxPrograms = 32;
    if (!session || ++numPrograms > maxPrograms) {
      numPrograms = 0;
      session.reset();
      session = std::make_unique<Session>();
      session->noteLastPhase(Phase::Fuse);
    }
    return *session;
  }

  Error tryCases(ArrayRef<Case> cases) {
    Session &current = getSession();
    Expected<Trial> trial = Trial::create(current, getModuleText(cases));
    if (!trial)
      return fail(cases, "", toString(trial.takeError()));
    for (const std::string &level : levels) {
      Expected<std::vector<std::string>> problems = trial->compare(current, level);
      if (!problems)
        return fail(cases, level, toString(problems.takeError()));
      for (auto [drawn, problem] : zip_equal(cases, *problems)) {
        coverage.count(drawn.cell, level);
        if (!problem.empty())
          if (Error error = report(current, cases, drawn, level, problem))
            return error;
      }
    }
    return Error::success();
  }

  /// A program that is not compiled, or not evaluated: the first of its cases that alone is not either.
  Error fail(ArrayRef<Case> cases, StringRef level, const std::string &problem) {
    if (cases.size() > 1) {
      for (const Case &drawn : cases)
        if (Error error = tryCases(drawn))
          return error;
    }
    return write(cases, level, problem);
  }

  /// Writes a case alone when it differs alone too, else with those that were in its program.
  Error report(Session &current, ArrayRef<Case> cases, const Case &drawn, StringRef level, const std::string &problem) {
    ++numDifferent;
    bool differsAlone = false;
    if (Expected<Trial> alone = Trial::create(current, getModuleText(drawn))) {
      if (Expected<std::vector<std::string>> problems = alone->compare(current, level))
        differsAlone = !problems->front().empty();
      else
        consumeError(problems.takeError());
    } else {
      consumeError(alone.takeError());
    }
    if (Error error = write(differsAlone ? ArrayRef(drawn) : cases, level, problem))
      WithColor::error(errs(), "nibble-difffuzz") << toString(std::move(error)) << "\n";
    return Error::success();
  }

  /// The error that names what was written.
  Error write(ArrayRef<Case> cases, StringRef level, const std::string &problem) {
    const Case &first = cases.front();
    std::string path = formatv("{0}/difffuzz-{1}-{2}.mlir", directory, first.seed, first.index);
    std::string command = "nibble run " + path + " --cpu=" + level.str() + " --compare";
    std::string text = formatv("// {0} {1} {2} {3}, seed {4}, case {5}, {6}: {7}\n// {8}\n{9}", first.cell.op, first.cell.codec, first.cell.variant,
                               getName(first.cell.tail), first.seed, first.index, level, problem, command, getModuleText(cases));
    if (Error error = nibble::writeFile(path, text))
      return error;
    return createStringError(first.cell.op + " " + first.cell.codec + " " + first.cell.variant + ", " + level.str() + ": " + problem + "\n  " +
                             command);
  }

  std::vector<std::string> levels;
  Coverage coverage;
  std::unique_ptr<Session> session;
  unsigned numPrograms = 0;
  uint64_t numDifferent = 0;
};

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "random programs, compiled and on the reference\n");
  Error error = plantsFaults ? Fuzzer().plantFaults() : Fuzzer().run();
  if (!error)
    return 0;
  WithColor::error(errs(), "nibble-difffuzz") << toString(std::move(error)) << "\n";
  return 1;
}
