//===- Run.cpp - run a program on arrays in files ---------------------------------------------------------------------------===//

#include "nibble/Driver/Run.h"
#include "Arrays.h"
#include "ModelInterface.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;

static llvm::Error runReference(const RunOptions &options) {
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(options.model);
  if (!module)
    return module.takeError();
  llvm::Expected<ModelInterface> interface = ModelInterface::get(**module);
  if (!interface)
    return interface.takeError();
  InterfaceInfo description(interface->getInputs(), interface->getOutputs());
  llvm::Expected<std::vector<data::Array>> inputs = readInputs(options.inputs, description.info);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<data::Array>> outputs = runOnReference(**module, description.info, *inputs);
  if (!outputs)
    return outputs.takeError();
  return writeOutputs(options.outputDir, description.info, *outputs);
}

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
    return runReference(options);
  if (llvm::sys::path::extension(options.model.path) == ".so") {
    llvm::Expected<std::unique_ptr<Program>> program = Program::load(options.model.path);
    if (!program)
      return program.takeError();
    return runProgram(**program, options);
  }
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModelFor(options.quantize.recipe, options.model);
  if (!module)
    return module.takeError();
  llvm::Expected<CompiledModel> compiled = compileInProcess(session, **module, options.quantize, options.target);
  if (!compiled)
    return compiled.takeError();
  return runProgram(*compiled->program, options);
}
