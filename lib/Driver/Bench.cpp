//===- Bench.cpp - time a compiled library --------------------------------------------------------------------------------===//

#include "nibble/Driver/Bench.h"
#include "Measure.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace nibble;

llvm::Error nibble::benchProgram(const BenchOptions &options) {
  llvm::Expected<std::unique_ptr<Program>> program = Program::load(options.library);
  if (!program)
    return program.takeError();
  const nibble_info &info = (*program)->getInfo();
  std::string name = options.caseName.empty() ? info.model : options.caseName;
  std::vector<int> threadCounts = options.threads.empty() ? std::vector<int>{1} : options.threads;
  for (int threads : threadCounts) {
    if (threads < 1)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "--threads expects numbers of at least 1, got " + llvm::Twine(threads));
    llvm::Expected<double> seconds = measureProgram(**program, threads, options.seconds);
    if (!seconds)
      return seconds.takeError();
    if (options.json)
      llvm::outs() << llvm::json::Value(
                          llvm::json::Object{{"case", name}, {"threads", threads}, {"seconds", *seconds}})
                   << "\n";
    else
      llvm::outs() << name << "  " << threads << (threads == 1 ? " thread   " : " threads  ")
                   << llvm::format("%.1f us\n", *seconds * 1e6);
    llvm::outs().flush();
  }
  return llvm::Error::success();
}
