//===- Run.cpp - run a program on arrays in files ---------------------------------------------------------------------------===//

#include "nibble/Driver/Run.h"
#include "Arrays.h"
#include "AutoRecipe.h"
#include "ReferenceRun.h"
#include "nibble/Driver/Compare.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;

static llvm::Error runProgram(Program &program, const RunOptions &options) {
  llvm::Expected<std::vector<data::Array>> inputs = readInputs(options.inputs, program.getInfo());
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<data::Array>> outputs = runOnArrays(program, *inputs, options.threads);
  if (!outputs)
    return outputs.takeError();
  return writeOutputs(options.outputDir, program.getInfo(), *outputs);
}

llvm::Error nibble::runModel(const RunOptions &options) {
  if (options.reference)
    return runOnReference(options);
  if (options.compare)
    return compareModel(options);
  if (llvm::sys::path::extension(options.model.path) == ".so") {
    llvm::Expected<std::unique_ptr<Program>> program = Program::load(options.model.path);
    if (!program)
      return program.takeError();
    return runProgram(**program, options);
  }
  llvm::Expected<DecidedOptions> decided = DecidedOptions::get(options.model, options.quantize, options.target);
  if (!decided)
    return decided.takeError();
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModelFor(decided->getOptions().recipe, options.model);
  if (!module)
    return module.takeError();
  llvm::Expected<CompiledModel> compiled = compileInProcess(session, **module, decided->getOptions(), options.target);
  if (!compiled)
    return compiled.takeError();
  return runProgram(*compiled->program, options);
}
