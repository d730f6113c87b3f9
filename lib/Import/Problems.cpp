//===- Problems.cpp - all that is wrong with a file, in one message ---------------------------------------===//

#include "nibble/Import/Problems.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

std::string nibble::formatProblems(llvm::StringRef path, llvm::ArrayRef<std::string> problems) {
  if (problems.size() == 1)
    return (path + ": " + problems.front()).str();
  std::string text = (path + ": " + llvm::Twine(problems.size()) + " problems").str();
  for (const std::string &problem : problems)
    text += "\n  " + problem;
  return text;
}

llvm::Error nibble::makeError(llvm::StringRef path, llvm::ArrayRef<std::string> problems) {
  return problems.empty() ? llvm::Error::success() : llvm::createStringError(formatProblems(path, problems));
}

std::string nibble::formatShape(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape, [](int64_t size) { return std::to_string(size); }), "x");
}
