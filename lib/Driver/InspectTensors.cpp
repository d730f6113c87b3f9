//===- InspectTensors.cpp - what a file of named tensors holds
//--------------------------------------------------------===//

#include "InspectTensors.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

/// A value on one line; of long texts the beginning, of arrays their size.
static std::string toText(const MetadataValue &value) {
  if (const auto *array = std::get_if<MetadataArray>(&value))
    return llvm::formatv("[{0} values]", array->size);
  if (const auto *text = std::get_if<llvm::StringRef>(&value)) {
    constexpr size_t maxSize = 60;
    std::string escaped;
    llvm::raw_string_ostream(escaped).write_escaped(text->take_front(maxSize));
    return "\"" + escaped + (text->size() > maxSize ? "\" …" : "\"");
  }
  if (const auto *truth = std::get_if<bool>(&value))
    return *truth ? "true" : "false";
  if (const auto *number = std::get_if<double>(&value))
    return llvm::formatv("{0}", *number);
  if (const auto *number = std::get_if<int64_t>(&value))
    return llvm::itostr(*number);
  return llvm::utostr(std::get<uint64_t>(value));
}

static std::string toText(llvm::ArrayRef<int64_t> shape) {
  std::string text = llvm::join(llvm::map_range(shape, [](int64_t extent) { return llvm::itostr(extent); }), "x");
  return text.empty() ? "scalar" : text;
}

llvm::Error nibble::inspectTensors(llvm::StringRef path, llvm::raw_ostream &out) {
  llvm::Expected<TensorFile> file = TensorFile::read(path);
  if (!file)
    return file.takeError();
  out << file->getFormat() << ", " << file->getTensors().size() << " tensors\n";
  for (const MetadataEntry &entry : file->getMetadata())
    out << entry.key << " = " << toText(entry.value) << "\n";
  out << llvm::formatv("\n{0,-48} {1,-10} {2,-20} {3,12}\n", "name", "elements", "shape", "bytes");
  uint64_t total = 0;
  for (const StoredTensor &tensor : file->getTensors()) {
    total += tensor.bytes.size();
    out << llvm::formatv("{0,-48} {1,-10} {2,-20} {3,12}\n", tensor.name, tensor.encoding.name, toText(tensor.shape),
                         tensor.bytes.size());
  }
  out << total << " bytes of tensors\n";
  return llvm::Error::success();
}
