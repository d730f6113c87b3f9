//===- Trial.h - one program, on the reference and compiled -------------------------------------------===//

#ifndef NIBBLE_TEST_TOOLS_DIFFFUZZ_TRIAL_H
#define NIBBLE_TEST_TOOLS_DIFFFUZZ_TRIAL_H

#include "nibble/Data/Array.h"
#include "nibble/Driver/Session.h"
#include "nibble/Execution/Program.h"
#include "nibble/Reference/AllowedResults.h"

namespace nibble::difffuzz {

/// What is wrong with a result: the set of inputs on which it is first, and how.
struct Difference {
  unsigned inputSet;
  std::string text;
};

/// A program with what it may compute on several sets of inputs (Inputs.h).
class Trial {
public:
  /// Parses and evaluates a module of phase fuse; each result of `@main` is exact, or that of one op with sums of floats. Errors are
  /// those of a wrong program: the text of a case is at fault, or the reference.
  static llvm::Expected<Trial> create(Session &session, llvm::StringRef text);

  /// Compiles it for a level, runs it on every set, and says for each result of `@main` what is wrong with it: nothing where it is
  /// right. What is compiled is `changed` when that is given.
  llvm::Expected<std::vector<std::optional<Difference>>> compare(Session &session, llvm::StringRef level, mlir::ModuleOp changed = {});

  mlir::ModuleOp getModule() { return *module; }
  llvm::ArrayRef<data::Array> getInputs(unsigned set) const { return sets[set].inputs; }

private:
  struct Set {
    std::vector<data::Array> inputs;
    std::vector<reference::AllowedResults> allowed;
  };

  llvm::Error evaluate(Set &set);
  llvm::Error compare(Program &program, unsigned index, std::vector<std::optional<Difference>> &differences);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<Set> sets;
};

} // namespace nibble::difffuzz

#endif // NIBBLE_TEST_TOOLS_DIFFFUZZ_TRIAL_H
