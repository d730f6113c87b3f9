//===- nibble-fuzz.cpp - reads files that are almost right --------------------------------------------===//
//
// Damages the files it is given, again and again, and reads what comes out with the reader of their kind. A reader may refuse or accept;
// it must not crash, take longer than the limit, or take more memory than the limit. The damaged file stays where it is when it does:
// `--directory` has it, under the name of the seed.
//
//===----------------------------------------------------------------------------------------------===//

#include "Mutate.h"
#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Data/Images.h"
#include "nibble/Data/Npy.h"
#include "nibble/Data/Npz.h"
#include "nibble/Driver/Session.h"
#include "nibble/Import/Importer.h"
#include "nibble/Runtime/Npy.h"
#include "nibble/Scheme/Recipe.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include <chrono>
#include <sys/resource.h>

using namespace llvm;
using namespace nibble;

static cl::list<std::string> seeds(cl::Positional, cl::OneOrMore, cl::desc("<sound file>..."));
static cl::opt<std::string> directory("directory", cl::Required, cl::desc("Where the damaged files are written"));
static cl::opt<unsigned> runs("runs", cl::init(1000), cl::desc("Damaged files for each sound one (default: 1000)"));
static cl::opt<uint64_t> seed("seed", cl::init(1), cl::desc("Start of the random numbers (default: 1)"));
static cl::opt<double> secondsLimit("seconds-limit", cl::init(10), cl::desc("For reading one file (default: 10)"));
static cl::opt<unsigned> memoryLimit("memory-limit", cl::init(8), cl::desc("For all of it, in GiB; 0: none (default: 8)"));

/// Whether it was accepted.
template <typename T> static bool accept(Expected<T> result) {
  if (result)
    return true;
  consumeError(result.takeError());
  return false;
}

static bool readModel(const std::string &path) {
  Session session;
  mlir::ScopedDiagnosticHandler silent(&session.getContext(), [](mlir::Diagnostic &) { return mlir::success(); });
  return succeeded(importModel(path, {}, &session.getContext()));
}

/// The reader of compiled programs, in C.
static bool readInProgram(const std::string &path) {
  nibble_array array = {};
  nibble_error error = {""};
  if (nibble_npy_read(path.c_str(), &array, &error) != 0)
    return false;
  std::free(array.data);
  return true;
}

/// Reads a file as what its name says that it is; nothing for a kind that is not known.
static std::optional<bool> readFile(const std::string &path) {
  StringRef extension = sys::path::extension(path);
  if (extension == ".onnx")
    return readModel(path);
  if (extension == ".npy")
    return accept(data::readNpy(path)) + readInProgram(path) != 0;
  if (extension == ".npz")
    return accept(data::readNpz(path));
  if (extension == ".png" || extension == ".jpg")
    return accept(data::readImage(path));
  if (extension == ".json")
    return accept(calibration::StatisticsFile::load(path));
  if (extension == ".yaml")
    return accept(Recipe::load(path));
  return std::nullopt;
}

static Error writeFile(StringRef path, StringRef content) {
  std::error_code code;
  raw_fd_ostream file(path, code);
  if (code)
    return createStringError(path + ": " + code.message());
  file << content;
  return Error::success();
}

/// Reads `runs` damaged versions of a file and says how many were accepted.
static Error fuzzFile(StringRef path) {
  using Clock = std::chrono::steady_clock;
  auto sound = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!sound)
    return createStringError(path + ": " + sound.getError().message());
  std::string damaged = (directory + "/" + sys::path::filename(path)).str();
  std::mt19937_64 random(seed);
  unsigned numAccepted = 0;
  for (unsigned run = 0; run < runs; ++run) {
    if (Error error = writeFile(damaged, fuzz::mutate((*sound)->getBuffer(), random)))
      return error;
    Clock::time_point begin = Clock::now();
    std::optional<bool> isAccepted = readFile(damaged);
    if (!isAccepted)
      return createStringError(path + ": expected .onnx, .npy, .npz, .png, .jpg, .json or .yaml");
    numAccepted += *isAccepted;
    if (std::chrono::duration<double> time = Clock::now() - begin; time.count() > secondsLimit)
      return createStringError(damaged + ": took " + Twine(static_cast<unsigned>(time.count())) + " seconds in run " + Twine(run));
  }
  outs() << sys::path::filename(path) << ": " << runs << " damaged, " << numAccepted << " accepted\n";
  return Error::success();
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "reads files that are almost right\n");
  if (memoryLimit != 0) {
    rlim_t bytes = static_cast<rlim_t>(memoryLimit) << 30;
    rlimit limit = {bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
  for (StringRef path : seeds)
    if (Error error = fuzzFile(path)) {
      WithColor::error() << toString(std::move(error)) << "\n";
      return 1;
    }
  return 0;
}
