//===- nibble-conformance.cpp - ONNX's conformance cases, on the reference and compiled ---------------===//
//
// Prints a line for each case: passed, failed or left out, with what is wrong; then how many there are of each. A case fails when it
// does not pass and is not in the list of those left out, or passes although it is, or is in the list and does not exist.
//
//===----------------------------------------------------------------------------------------------===//

#include "Execute.h"
#include "LeftOut.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace nibble;
using namespace nibble::conformance;

static cl::list<std::string> suites(cl::Positional, cl::OneOrMore, cl::desc("<folder of cases>..."));
static cl::opt<std::string> leftOutPath("left-out", cl::Required, cl::value_desc("file"),
                                        cl::desc("The cases that need not pass, with reasons"));
static cl::opt<std::string> filter("filter", cl::value_desc("regex"), cl::desc("Only cases with matching names"));
static cl::opt<bool> compiledOnly("compiled-only", cl::desc("Leave the reference out, which takes minutes for whole networks"));

namespace {

/// Runs cases and counts.
class Report {
public:
  explicit Report(const LeftOut &leftOut) : leftOut(leftOut) {}

  void run(const CaseFiles &files) {
    Outcome outcome = execute(session, files, !compiledOnly);
    ++numRun;
    numReference += outcome.passesOnReference();
    numCompiled += outcome.passesCompiled();
    numFrozen += outcome.numFrozenInputs != 0;
    seen.insert(files.name);
    judge(files.name, outcome);
    outs().flush();
  }

  void judge(StringRef name, const Outcome &outcome) {
    std::optional<StringRef> reason = leftOut.findReason(name);
    if (outcome.passed() && !reason) {
      outs() << "passed    " << name << "\n";
    } else if (!outcome.passed() && reason) {
      outs() << "left out  " << name << ": " << outcome.getProblem() << "\n";
      ++numLeftOut[*reason];
    } else {
      std::string rotten = "it is listed as left out and passes; remove its line from " + leftOutPath;
      outs() << "failed    " << name << ": " << (reason ? rotten : outcome.getProblem()) << "\n";
      ++numFailed;
    }
  }

  /// Names that are listed although there is no such case in the suites that were run.
  void checkList(ArrayRef<std::string> suiteNames) {
    for (StringRef name : leftOut.getNames())
      if (is_contained(suiteNames, name.split('/').first) && !seen.contains(name)) {
        outs() << "failed    " << name << ": it is listed as left out and does not exist\n";
        ++numFailed;
      }
  }

  /// Prints the counts. Returns whether nothing failed.
  bool summarize() const {
    for (StringRef reason : leftOut.getReasons())
      if (unsigned count = numLeftOut.lookup(reason))
        outs() << "left out " << count << ": " << reason << "\n";
    outs() << numRun << " cases, " << numReference << " pass on the reference, " << numCompiled << " pass compiled ("
           << numFrozen << " with inputs known at compile time), " << numFailed << " failed\n";
    return numFailed == 0 && numRun != 0;
  }

private:
  Session session;
  const LeftOut &leftOut;
  llvm::StringSet<> seen;
  StringMap<unsigned> numLeftOut;
  unsigned numRun = 0, numReference = 0, numCompiled = 0, numFrozen = 0, numFailed = 0;
};

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "runs ONNX's conformance cases on the reference and compiled\n");
  Expected<LeftOut> leftOut = LeftOut::read(leftOutPath);
  if (!leftOut) {
    WithColor::error() << toString(leftOut.takeError()) << "\n";
    return 1;
  }
  Report report(*leftOut);
  std::vector<std::string> suiteNames;
  Regex pattern(filter);
  for (StringRef suite : suites) {
    suiteNames.push_back(sys::path::filename(suite).str());
    for (const CaseFiles &files : findCases(suite))
      if (filter.empty() || pattern.match(files.name))
        report.run(files);
  }
  if (filter.empty())
    report.checkList(suiteNames);
  return !report.summarize();
}
