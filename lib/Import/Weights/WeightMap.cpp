//===- WeightMap.cpp - names of weights, given by a user --------------------------------------------------===//

#include "nibble/Import/Problems.h"
#include "nibble/Import/ReplaceWeights.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace nibble;
using llvm::StringRef;

/// What is wrong with a line; empty when nothing is.
static std::string readLine(StringRef line, WeightMap &map) {
  size_t at = line.find(" = ");
  StringRef constant = line.take_front(at).trim(), weight = at == StringRef::npos ? "" : line.drop_front(at + 3).trim();
  if (constant.empty() || weight.empty())
    return "expected <name in the model> = <name in the checkpoint>";
  WeightMap::Entry entry;
  if (weight.consume_front("transposed "))
    entry.isTransposed = true;
  else if (weight.consume_front("stored "))
    entry.isTransposed = false;
  entry.weight = weight.trim();
  if (!map.entries.try_emplace(constant, entry).second)
    return ("'" + constant + "' is there twice").str();
  return "";
}

llvm::Expected<WeightMap> WeightMap::read(StringRef path) {
  constexpr uint64_t maxSizeInBytes = 16 << 20;
  uint64_t sizeInBytes = 0;
  if (llvm::sys::fs::file_size(path, sizeInBytes) || sizeInBytes > maxSizeInBytes)
    return llvm::createStringError("cannot read '" + path + "': expected a text of at most 16 MiB");
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path + "': " + buffer.getError().message());
  WeightMap map;
  std::vector<std::string> problems;
  int number = 0;
  for (StringRef text : llvm::split((*buffer)->getBuffer(), '\n')) {
    StringRef line = text.trim();
    ++number;
    std::string problem = line.empty() || line.starts_with("#") ? "" : readLine(line, map);
    if (!problem.empty())
      problems.push_back("line " + std::to_string(number) + ": " + problem);
  }
  if (llvm::Error error = makeError(path, problems))
    return std::move(error);
  return map;
}
