//===- Case.cpp - a conformance case: a model, its inputs and what it shall compute -------------------===//

#include "Case.h"
#include "TensorReader.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace nibble;
using namespace nibble::conformance;

//===----------------------------------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------------------------------===//

static std::vector<std::string> listFolder(const Twine &folder) {
  std::vector<std::string> paths;
  std::error_code code;
  for (sys::fs::directory_iterator it(folder, code), end; it != end && !code; it.increment(code))
    paths.push_back(it->path());
  llvm::sort(paths);
  return paths;
}

/// `<prefix>0.pb`, `<prefix>1.pb`, …, as far as they exist.
static std::vector<std::string> findNumbered(const Twine &prefix) {
  std::vector<std::string> paths;
  for (std::string path; sys::fs::exists(path = (prefix + Twine(paths.size()) + ".pb").str());)
    paths.push_back(path);
  return paths;
}

static void findSets(StringRef folder, StringRef name, std::vector<CaseFiles> &cases) {
  for (int set = 0;; ++set) {
    std::string data = (folder + "/test_data_set_" + Twine(set)).str();
    if (!sys::fs::is_directory(data))
      return;
    std::string suffix = set == 0 ? "" : "/" + std::to_string(set);
    cases.push_back({name.str() + suffix, (folder + "/model.onnx").str(), findNumbered(data + "/input_"),
                     findNumbered(data + "/output_")});
  }
}

std::vector<CaseFiles> conformance::findCases(StringRef suite) {
  std::vector<CaseFiles> cases;
  for (StringRef path : listFolder(suite)) {
    std::string name = (sys::path::filename(suite) + "/" + sys::path::stem(path)).str();
    if (sys::fs::is_directory(path))
      findSets(path, name, cases);
    else if (path.ends_with(".onnx"))
      cases.push_back({name, path.str(), {}, findNumbered(path.drop_back(StringRef(".onnx").size()) + "_output_"),
                       /*makesUpInputs=*/true});
  }
  return cases;
}

//===----------------------------------------------------------------------------------------------===//
// Messages
//===----------------------------------------------------------------------------------------------===//

template <typename Message> static Error readMessage(StringRef path, Message &message) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError(sys::path::filename(path) + ": " + file.getError().message());
  if (!message.ParseFromArray((*file)->getBufferStart(), (*file)->getBufferSize()))
    return createStringError(sys::path::filename(path) + " is no such message");
  return Error::success();
}

Expected<CaseTensor> conformance::readTensor(const onnx::TensorProto &proto, mlir::MLIRContext *context) {
  onnx::TensorProto copy = proto;
  auto read = onnx_import::TensorReader(context, /*folder=*/"").read(copy);
  if (!read)
    return read.takeError();
  mlir::FailureOr<reference::Tensor> tensor = reference::Tensor::get(read->constant.toAttribute());
  if (failed(tensor))
    return createStringError("the reference does not hold such tensors");
  // A copy: large constants are resources, which live as long as what owns their bytes.
  mlir::FailureOr<reference::Tensor> copied = tensor->clone();
  if (failed(copied))
    return createStringError("out of memory");
  return CaseTensor{*copied, read->element.isUnsigned};
}

/// What ONNX's runner makes for a float input (generate_dummy_data): i / n in double, rounded to float.
static onnx::TensorProto makeInput(const onnx::ValueInfoProto &input) {
  onnx::TensorProto tensor;
  tensor.set_name(input.name());
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  int64_t count = 1;
  for (const auto &dim : input.type().tensor_type().shape().dim()) {
    tensor.add_dims(dim.has_dim_value() ? dim.dim_value() : 1);
    count *= tensor.dims(tensor.dims_size() - 1);
  }
  for (int64_t index = 0; index < count; ++index)
    tensor.add_float_data(static_cast<float>(static_cast<double>(index) / static_cast<double>(count)));
  return tensor;
}

Expected<Case> Case::load(const CaseFiles &files, mlir::MLIRContext *context) {
  Case result;
  if (Error error = readMessage(files.model, result.model))
    return std::move(error);
  StringSet<> initializers;
  for (const onnx::TensorProto &tensor : result.model.graph().initializer())
    initializers.insert(tensor.name());
  for (const onnx::ValueInfoProto &input : result.model.graph().input()) {
    if (initializers.contains(input.name()))
      continue;
    result.inputNames.push_back(input.name());
    if (files.makesUpInputs)
      result.inputs.push_back(makeInput(input));
  }
  for (StringRef path : files.inputs)
    if (Error error = readMessage(path, result.inputs.emplace_back()))
      return std::move(error);
  for (StringRef path : files.outputs) {
    onnx::TensorProto proto;
    if (Error error = readMessage(path, proto))
      return std::move(error);
    Expected<CaseTensor> value = readTensor(proto, context);
    if (!value)
      return createStringError(sys::path::filename(path) + ": " + toString(value.takeError()));
    result.expected.push_back(*value);
  }
  return result;
}

void Case::freezeInput(StringRef name) {
  size_t index = llvm::find(inputNames, name) - inputNames.begin();
  onnx::TensorProto &initializer = *model.mutable_graph()->add_initializer();
  initializer = inputs[index];
  initializer.set_name(name.str());
  inputNames.erase(inputNames.begin() + index);
  inputs.erase(inputs.begin() + index);
}
