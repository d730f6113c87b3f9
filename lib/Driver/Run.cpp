//===- Run.cpp - run a program on arrays in files ---------------------------------------------------------------------------===//

#include "nibble/Driver/Run.h"
#include "Arrays.h"
#include "nibble/Data/Npy.h"
#include "nibble/Reference/Interpreter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble;

namespace {

/// Writes one `.npy` for each output.
llvm::Error writeOutputs(StringRef folder, ArrayRef<std::string> names, ArrayRef<data::Array> arrays) {
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return llvm::createStringError(code, "cannot make the folder '" + folder + "': " + code.message());
  for (auto [name, array] : llvm::zip_equal(names, arrays)) {
    SmallString<128> path(folder);
    llvm::sys::path::append(path, getFileName(name) + ".npy");
    if (llvm::Error error = data::writeNpy(path, array))
      return error;
  }
  return llvm::Error::success();
}

/// The arrays of `--input`, in the order of the inputs called `names`. All missing, unknown and unreadable ones are in the error.
llvm::Expected<std::vector<data::Array>> readInputs(ArrayRef<std::string> specs, ArrayRef<std::string> names) {
  std::vector<std::optional<data::Array>> arrays(names.size());
  llvm::Error errors = llvm::Error::success();
  auto addError = [&](const llvm::Twine &text) {
    errors = llvm::joinErrors(std::move(errors), llvm::createStringError(llvm::inconvertibleErrorCode(), text));
  };
  for (StringRef spec : specs) {
    size_t number = 0;
    StringRef path = spec;
    // A name may contain '=' or ':', a path too: the longest input name that fits decides.
    bool isNamed = false;
    for (auto [index, name] : llvm::enumerate(names))
      if (spec.size() > name.size() && spec.starts_with(name) && spec[name.size()] == '=') {
        number = index;
        path = spec.drop_front(name.size() + 1);
        isNamed = true;
      }
    if (!isNamed && names.size() != 1) {
      addError("--input " + spec + ": expected name=file.npy with one of the inputs " + llvm::join(names, ", "));
      continue;
    }
    llvm::Expected<data::Array> array = data::readNpy(path);
    if (!array) {
      errors = llvm::joinErrors(std::move(errors), array.takeError());
      continue;
    }
    arrays[number] = std::move(*array);
  }
  std::vector<data::Array> result;
  for (auto [name, array] : llvm::zip_equal(names, arrays)) {
    if (array)
      result.push_back(std::move(*array));
    else if (specs.empty() || names.size() > 1)
      addError("no array for input '" + name + "'; give it with --input " + name + "=file.npy");
  }
  if (errors)
    return std::move(errors);
  return result;
}

llvm::Error runReference(const RunOptions &options) {
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(options.model);
  if (!module)
    return module.takeError();
  auto main = (*module)->lookupSymbol<func::FuncOp>("main");
  if (!main)
    return Session::reported("'" + options.model.path + "' has no function @main");
  Signature signature = getSignature(main);
  llvm::Expected<std::vector<data::Array>> inputs = readInputs(options.inputs, signature.inputNames);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<data::Array>> outputs = evaluateOnReference(main, *inputs);
  if (!outputs)
    return outputs.takeError();
  return writeOutputs(options.outputDir, signature.outputNames, *outputs);
}

llvm::Error runProgram(Program &program, const RunOptions &options) {
  std::vector<std::string> inputNames, outputNames;
  const nibble_info &info = program.getInfo();
  for (int32_t number = 0; number < info.num_inputs; ++number)
    inputNames.push_back(info.inputs[number].name);
  for (int32_t number = 0; number < info.num_outputs; ++number)
    outputNames.push_back(info.outputs[number].name);
  llvm::Expected<std::vector<data::Array>> inputs = readInputs(options.inputs, inputNames);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<data::Array>> outputs = runOnArrays(program, *inputs, options.target.threads);
  if (!outputs)
    return outputs.takeError();
  return writeOutputs(options.outputDir, outputNames, *outputs);
}

} // namespace

llvm::Error nibble::runModel(const RunOptions &options) {
  if (options.reference)
    return runReference(options);
  StringRef extension = llvm::sys::path::extension(options.model.path);
  if (extension == ".so" || extension == ".dylib") {
    llvm::Expected<std::unique_ptr<Program>> program = Program::load(options.model.path);
    if (!program)
      return program.takeError();
    return runProgram(**program, options);
  }
  Session session;
  llvm::Expected<OwningOpRef<ModuleOp>> module = session.loadModel(options.model);
  if (!module)
    return module.takeError();
  llvm::Expected<std::unique_ptr<Program>> program =
      compileInProcess(session, **module, options.quantize, options.target);
  if (!program)
    return program.takeError();
  return runProgram(**program, options);
}
