//===- Arrays.cpp - arrays between files, programs and the reference ---------------------------------------------------------===//

#include "Arrays.h"
#include "nibble/Data/Npy.h"
#include "nibble/Driver/Session.h"
#include "nibble/Runtime/Batch.h"
#include "nibble/Runtime/Output.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace nibble;

static llvm::Error makeError(const llvm::Twine &message) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), message);
}

//===-------------------------------------------------------------------------------------------------------------------------===//
// Files
//===-------------------------------------------------------------------------------------------------------------------------===//

namespace {

/// What one `--input` asks for.
struct InputSpec {
  size_t input;
  StringRef path;
};

/// Names may contain '=', paths too: the longest name that fits decides. A single input needs no name.
std::optional<InputSpec> parseSpec(StringRef spec, ArrayRef<StringRef> names) {
  std::optional<InputSpec> found;
  for (auto [number, name] : llvm::enumerate(names)) {
    StringRef path = spec;
    if (path.consume_front(name) && path.consume_front("=") && (!found || path.size() < found->path.size()))
      found = {number, path};
  }
  if (!found && names.size() == 1)
    return InputSpec{0, spec};
  return found;
}

/// Collects the arrays and everything that is wrong.
class InputReader {
public:
  explicit InputReader(ArrayRef<StringRef> names) : names(names), arrays(names.size()), isGiven(names.size()) {}

  void read(StringRef text) {
    std::optional<InputSpec> spec = parseSpec(text, names);
    if (!spec)
      return addError(makeError("--input " + text + ": expected NAME=FILE with the name of an input: " + llvm::join(names, ", ")));
    if (isGiven[spec->input])
      return addError(makeError("--input " + text + ": input '" + names[spec->input] + "' has been given already"));
    isGiven[spec->input] = true;
    llvm::Expected<data::Array> array = data::readNpy(spec->path);
    if (array)
      arrays[spec->input] = std::move(*array);
    else
      addError(array.takeError());
  }

  llvm::Expected<std::vector<data::Array>> finish() {
    for (auto [name, given] : llvm::zip_equal(names, isGiven))
      if (!given)
        addError(makeError("expected --input " + name + "=FILE.npy"));
    if (errors)
      return std::move(errors);
    return std::move(arrays);
  }

private:
  void addError(llvm::Error error) { errors = llvm::joinErrors(std::move(errors), std::move(error)); }

  ArrayRef<StringRef> names;
  std::vector<data::Array> arrays;
  std::vector<bool> isGiven;
  llvm::Error errors = llvm::Error::success();
};

} // namespace

llvm::Expected<std::vector<data::Array>> nibble::readInputs(ArrayRef<std::string> specs, const nibble_info &info) {
  SmallVector<StringRef> names;
  for (const nibble_tensor &tensor : ArrayRef(info.inputs, static_cast<size_t>(info.num_inputs)))
    names.push_back(tensor.name);
  InputReader reader(names);
  for (StringRef spec : specs)
    reader.read(spec);
  return reader.finish();
}

/// The form of lib/Runtime. What it reads through the pointer is only read.
static std::vector<nibble_array> getViews(ArrayRef<data::Array> arrays) {
  std::vector<nibble_array> views(arrays.size());
  for (auto [array, view] : llvm::zip_equal(arrays, views)) {
    view.dtype = array.type.dtype;
    view.rank = array.type.shape.size();
    llvm::copy(array.type.shape, view.shape);
    view.data = const_cast<char *>(array.bytes.data());
  }
  return views;
}

llvm::Error nibble::writeOutputs(StringRef folder, const nibble_info &info, ArrayRef<data::Array> outputs) {
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return makeError(folder + ": " + code.message());
  nibble_error error = {""};
  if (nibble_write_outputs(&info, getViews(outputs).data(), folder.str().c_str(), &error))
    return makeError(error.message);
  return llvm::Error::success();
}

//===-------------------------------------------------------------------------------------------------------------------------===//
// Programs
//===-------------------------------------------------------------------------------------------------------------------------===//

/// The inputs in the dtypes that the program takes.
static llvm::Expected<std::vector<data::Array>> convertInputs(const nibble_info &info, ArrayRef<data::Array> inputs) {
  std::vector<data::Array> converted;
  for (auto [tensor, input] : llvm::zip_equal(ArrayRef(info.inputs, static_cast<size_t>(info.num_inputs)), inputs)) {
    llvm::Expected<data::Array> array = data::convert(input, static_cast<nibble_dtype>(tensor.dtype));
    if (!array)
      return makeError("input '" + llvm::Twine(tensor.name) + "': " + llvm::toString(array.takeError()));
    converted.push_back(std::move(*array));
  }
  return converted;
}

llvm::Expected<std::vector<data::Array>> nibble::runOnArrays(Program &program, ArrayRef<data::Array> inputs, int threads) {
  llvm::Expected<std::vector<data::Array>> converted = convertInputs(program.getInfo(), inputs);
  if (!converted)
    return converted;
  std::vector<ArrayView> views;
  for (const data::Array &array : *converted)
    views.push_back({array.type.dtype, array.type.shape, array.bytes.data()});
  llvm::Expected<std::vector<OwnedArray>> results = program.run(views, threads);
  if (!results)
    return results.takeError();
  std::vector<data::Array> outputs;
  for (const OwnedArray &result : *results) {
    const char *begin = result.data.get();
    outputs.push_back({{result.dtype, data::Shape(ArrayRef<int64_t>(result.shape))}, {begin, begin + result.getSizeInBytes()}});
  }
  return outputs;
}

//===-------------------------------------------------------------------------------------------------------------------------===//
// Reference
//===-------------------------------------------------------------------------------------------------------------------------===//

namespace {

/// The interpreter in the place of a compiled program: `nibble_info.run` gets it as the workspace.
struct ReferenceProgram {
  ModuleOp module;
  const nibble_info &info;
  reference::CheckCounts *checks;

  static int run(const void *const *inputs, void *const *outputs, void *workspace, nibble_parallel_for, void *, int) {
    return static_cast<ReferenceProgram *>(workspace)->evaluate(inputs, outputs);
  }

  int evaluate(const void *const *inputs, void *const *outputs) {
    auto main = module.lookupSymbol<func::FuncOp>("main");
    SmallVector<reference::Tensor> tensors;
    for (int32_t number = 0; number < info.num_inputs; ++number) {
      auto type = cast<ShapedType>(main.getArgumentTypes()[number]);
      tensors.push_back(reference::Tensor::borrow(type.getElementType(), type.getShape(), inputs[number]));
    }
    FailureOr<SmallVector<reference::Tensor>> results = reference::evaluateMain(module, tensors, nullptr, checks);
    if (failed(results))
      return failedToEvaluate;
    for (auto [number, result] : llvm::enumerate(*results))
      std::memcpy(outputs[number], result.getData(), result.getSizeInBytes());
    return NIBBLE_OK;
  }

  /// Whatever differs from success: the diagnostics have said why.
  static constexpr int failedToEvaluate = -1;
};

} // namespace

reference::Tensor nibble::borrowTensor(const data::Array &array, Type type) {
  auto shaped = cast<ShapedType>(type);
  return reference::Tensor::borrow(shaped.getElementType(), shaped.getShape(), array.bytes.data());
}

llvm::Expected<std::vector<data::Array>> nibble::runOnReference(ModuleOp module, const nibble_info &description,
                                                                ArrayRef<data::Array> inputs,
                                                                reference::CheckCounts *checks) {
  llvm::Expected<std::vector<data::Array>> converted = convertInputs(description, inputs);
  if (!converted)
    return converted;
  nibble_info info = description;
  info.run = ReferenceProgram::run;
  ReferenceProgram program{module, info, checks};
  nibble_execution execution = {&program, nullptr, nullptr, 1};
  nibble_error error = {""};
  std::vector<nibble_array> views = getViews(*converted), planned(info.num_outputs);
  if (nibble_batch_plan(&info, views.data(), planned.data(), &error))
    return makeError(error.message);
  std::vector<data::Array> outputs(planned.size());
  for (auto [array, output] : llvm::zip_equal(planned, outputs)) {
    output.type = {static_cast<nibble_dtype>(array.dtype), data::Shape(array.shape, array.shape + array.rank)};
    output.bytes.resize(nibble_array_size(array.dtype, array.rank, array.shape));
    array.data = output.bytes.data();
  }
  if (nibble_batch_run(&info, views.data(), planned.data(), &execution, &error))
    return Session::reported("the reference could not evaluate the model");
  return outputs;
}
