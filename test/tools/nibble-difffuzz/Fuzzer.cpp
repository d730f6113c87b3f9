//===- Fuzzer.cpp - cases one after another, counted ---------------------------------------------------===//

#include "Fuzzer.h"
#include "Inputs.h"
#include "nibble/Data/Npy.h"
#include "nibble/Support/OutputFiles.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/WithColor.h"
#include <cinttypes>

using namespace llvm;
using namespace nibble;
using namespace nibble::difffuzz;

std::shared_ptr<Session> Fuzzer::getSession() {
  constexpr unsigned maxPrograms = 32;
  if (!session || ++numPrograms > maxPrograms) {
    numPrograms = 0;
    session = std::make_shared<Session>();
    session->noteLastPhase(Phase::Fuse);
  }
  return session;
}

Error Fuzzer::tryCases(uint64_t first, unsigned numCases) {
  std::vector<Case> cases;
  for (uint64_t index = first; index < first + numCases; ++index)
    append_range(cases, getCases(cells, seed, index, getNumInputSets()));
  return tryCases(cases, levels);
}

Error Fuzzer::tryCases(ArrayRef<Case> cases, ArrayRef<std::string> triedLevels) {
  // A crash says which they were.
  PrettyStackTraceFormat trace("nibble-difffuzz: programs %" PRIu64 " to %" PRIu64 " of seed %" PRIu64 "\n", cases.front().index,
                               cases.back().index, seed);
  std::shared_ptr<Session> current = getSession();
  Expected<Trial> trial = Trial::create(*current, getModuleText(cases));
  if (!trial)
    return fail(cases, triedLevels, toString(trial.takeError()));
  for (const std::string &level : triedLevels) {
    auto differences = trial->compare(*current, level);
    if (!differences) {
      if (Error error = fail(cases, level, toString(differences.takeError())))
        return error;
      continue;
    }
    for (auto [drawn, difference] : zip_equal(cases, *differences)) {
      coverage.count(drawn.cell, level, {1, drawn.hasInputs() ? getNumInputSets() : 1});
      if (difference)
        if (Error error = report(cases, drawn, level, *difference))
          return error;
    }
  }
  return Error::success();
}

Error Fuzzer::fail(ArrayRef<Case> cases, ArrayRef<std::string> triedLevels, const std::string &problem) {
  if (cases.size() == 1)
    return write(cases, triedLevels.front(), {0, problem});
  uint64_t numBefore = numDifferent;
  for (const Case &drawn : cases)
    if (Error error = tryCases(drawn, triedLevels))
      return error;
  return numDifferent == numBefore ? write(cases, triedLevels.front(), {0, problem}) : Error::success();
}

Error Fuzzer::report(ArrayRef<Case> cases, const Case &drawn, StringRef level, const Difference &difference) {
  bool differsAlone = false;
  if (Expected<Trial> alone = Trial::create(*session, getModuleText(drawn))) {
    if (auto differences = alone->compare(*session, level))
      differsAlone = differences->front().has_value();
    else
      consumeError(differences.takeError());
  } else {
    consumeError(alone.takeError());
  }
  return write(differsAlone ? ArrayRef(drawn) : cases, level, difference);
}

/// What `nibble run` has to be told of the inputs, which are written beside the program unless they are those that it makes up.
static Expected<std::string> writeInputs(Session &session, StringRef text, unsigned set, StringRef path) {
  if (set == 0)
    return "";
  Expected<Trial> trial = Trial::create(session, text);
  if (!trial)
    return trial.takeError();
  std::string options;
  for (auto [number, input] : enumerate(trial->getInputs(set))) {
    std::string file = formatv("{0}.{1}.npy", path, number);
    options += formatv(" --input input{0}={1}", number, file).str();
    if (Error error = data::writeNpy(file, input))
      return std::move(error);
  }
  return options;
}

Error Fuzzer::write(ArrayRef<Case> cases, StringRef level, const Difference &difference) {
  ++numDifferent;
  const Case &first = cases.front();
  std::string path = formatv("{0}/difffuzz-{1}-{2}-{3}-{4}.mlir", directory, first.seed, first.index, first.copy, level), text = getModuleText(cases);
  Expected<std::string> inputs = writeInputs(*session, text, difference.inputSet, path);
  if (!inputs)
    return inputs.takeError();
  std::string command = formatv("nibble run {0} --cpu={1} --compare{2}", path, level, *inputs);
  std::string what = formatv("{0} {1} {2} {3}, seed {4}, program {5}, inputs {6}, {7}: {8}", first.cell.op, first.cell.codec, first.cell.variant,
                             getName(first.cell.tail), first.seed, first.index, difference.inputSet, level, difference.text);
  WithColor::error(errs(), "nibble-difffuzz") << what << "\n  " << command << "\n";
  return writeFile(path, "// " + what + "\n// " + command + "\n" + text);
}

Expected<bool> Fuzzer::isCaught(bool (*plant)(mlir::Operation *op)) {
  constexpr unsigned maxPlaces = 8;
  unsigned numPlaces = 0;
  for (uint64_t index = 0; numPlaces < maxPlaces && index < 2 * cells.size(); ++index) {
    std::shared_ptr<Session> current = getSession();
    Expected<Trial> trial = Trial::create(*current, getModuleText(getCases(cells, seed, index, /*numCopies=*/1)));
    if (!trial)
      return trial.takeError();
    mlir::OwningOpRef<mlir::ModuleOp> changed = trial->getModule().clone();
    bool isPlanted = changed->walk([&](mlir::Operation *op) {
      return plant(op) ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
    }).wasInterrupted();
    if (!isPlanted)
      continue;
    ++numPlaces;
    auto differences = trial->compare(*current, levels.front(), *changed);
    if (!differences)
      return differences.takeError();
    if (differences->front())
      return true;
  }
  return false;
}
