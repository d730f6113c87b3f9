//===- nibble-bench.cpp - measure kernels -------------------------------------------------------------===//
//
// Google Benchmark's own options choose and print: --benchmark_filter=REGEX, --benchmark_format=json, …; --cpu=NAME compiles for
// another CPU than the machine's, --num-threads=N runs the tiles on N threads, --objects=FOLDER keeps the machine code. The
// peak is measured around every case, over stretches as long as one run of it, because a machine that is not alone is not always
// the same.
//
//===------------------------------------------------------------------------------------------------===//

#include "Cases.h"
#include "Peak.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Driver/Compile.h"
#include "nibble/Execution/KernelRunner.h"
#include "nibble/Runtime/ThreadPool.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include <benchmark/benchmark.h>
#include <cstdlib>

using namespace nibble;

static llvm::cl::opt<std::string> targetName("target", llvm::cl::desc("a target of this machine"),
                                             llvm::cl::init("x86"));
static llvm::cl::opt<std::string> cpuName("cpu", llvm::cl::desc("a CPU level or LLVM's name of a processor"),
                                          llvm::cl::init("native"));
static llvm::cl::opt<int> numThreads("num-threads", llvm::cl::desc("threads that run the tiles"), llvm::cl::init(1));
static llvm::cl::opt<std::string> objectFolder("objects", llvm::cl::desc("folder for an object file of each kernel"));

// Copies of a filter that take turns, so that none of them is in the caches when it is read: more than those of any server.
static constexpr int64_t coldSizeInBytes = int64_t(640) << 20;
static constexpr size_t filterBuffer = 1;

namespace {

/// Memory for the operands of a kernel, aligned as programs align theirs.
class Buffers {
public:
  explicit Buffers(const std::vector<int64_t> &sizes) {
    for (int64_t size : sizes) {
      constexpr int64_t alignment = 64, readablePastEnd = 64;
      int64_t allocated = (size + readablePastEnd + alignment - 1) / alignment * alignment;
      pointers.push_back(std::aligned_alloc(alignment, allocated));
      owned.push_back(pointers.back());
      fill(static_cast<uint8_t *>(pointers.back()), allocated);
    }
  }
  ~Buffers() { llvm::for_each(owned, std::free); }
  Buffers(const Buffers &) = delete;

  /// What kernels get; may be replaced.
  std::vector<void *> pointers;

private:
  std::vector<void *> owned;
  /// Bytes that are small numbers in any type: no denormals, which some units are slow with.
  static void fill(uint8_t *bytes, int64_t size) {
    for (int64_t i = 0; i < size; ++i)
      bytes[i] = i % 4 == 3 ? 0x3c : static_cast<uint8_t>(i * 37 % 251);
  }
};

struct Pool {
  Pool() : pool(numThreads > 1 ? nibble_pool_create(numThreads) : nullptr) {}
  ~Pool() { nibble_pool_destroy(pool); }
  void *pool;
};

} // namespace

static void runOnce(const KernelRunner &runner, llvm::ArrayRef<void *> buffers, void *pool) {
  if (!pool)
    return runner.run(buffers);
  auto runTile = [&](int64_t tile) { runner.runTile(tile, buffers); };
  auto call = [](void *context, int64_t tile) { (*static_cast<decltype(runTile) *>(context))(tile); };
  nibble_pool_parallel_for(pool, call, &runTile, runner.getNumTiles());
}

/// Times runs and reports the best of them: what others do on the machine only ever adds to it.
static void report(benchmark::State &state, const BenchCase &benchCase, llvm::function_ref<void()> prepare, llvm::function_ref<void()> run) {
  auto measurePeak = benchCase.isFloat ? measurePeakFloatOperations : measurePeakInt8Operations;
  auto measureRun = [&] {
    prepare();
    auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  measureRun();
  double seconds = measureRun();
  double peak = measurePeak(seconds);
  for (auto _ : state)
    seconds = std::min(seconds, measureRun());
  peak = std::max(peak, measurePeak(seconds)) * numThreads;
  state.counters["GOPS"] = benchCase.getNumOperations() / seconds / 1e9;
  state.counters["best_us"] = seconds * 1e6;
  if (peak > 0) {
    state.counters["peak_GOPS"] = peak / 1e9;
    state.counters["peak_percent"] = 100 * benchCase.getNumOperations() / seconds / peak;
  }
}

static void measureKernel(benchmark::State &state, mlir::MLIRContext &context, const BenchCase &benchCase,
                          const TargetBackend &target, const CpuFacts &facts) {
  auto module = buildKernelModule(context, benchCase);
  mlir::FailureOr<std::unique_ptr<KernelRunner>> runner = mlir::failure();
  if (module)
    runner = KernelRunner::create(*module, target, facts);
  if (mlir::failed(runner))
    return state.SkipWithError("the kernel does not compile");
  if (!objectFolder.empty()) {
    std::string file = benchCase.name;
    std::replace(file.begin(), file.end(), '/', '_');
    (*runner)->writeObject(objectFolder + "/" + file + ".o");
  }
  std::vector<int64_t> sizes = getBufferSizes(benchCase);
  Buffers buffers(sizes);
  Buffers coldFilters(std::vector<int64_t>(benchCase.isCold ? coldSizeInBytes / sizes[filterBuffer] : 0, sizes[filterBuffer]));
  Pool pool;
  size_t nextFilter = 0;
  auto chooseFilter = [&] {
    if (benchCase.isCold)
      buffers.pointers[filterBuffer] = coldFilters.pointers[nextFilter++ % coldFilters.pointers.size()];
  };
  report(state, benchCase, chooseFilter, [&] { runOnce(**runner, buffers.pointers, pool.pool); });
  state.counters["tiles"] = static_cast<double>((*runner)->getNumTiles());
}

static void measureProgram(benchmark::State &state, const BenchCase &benchCase) {
  Session session;
  session.noteLastPhase(Phase::Fuse);
  auto module = buildProgramModule(session.getContext(), benchCase);
  if (!module)
    return state.SkipWithError("the program is not valid");
  llvm::Expected<CompiledModel> compiled = compileInProcess(session, *module, {}, {targetName, cpuName});
  if (!compiled)
    return state.SkipWithError(llvm::toString(compiled.takeError()).c_str());
  Buffers buffers({benchCase.cols * benchCase.inputChannels, benchCase.cols * benchCase.outputChannels});
  const void *input = buffers.pointers[0];
  bool hasFailed = false;
  report(state, benchCase, [] {}, [&] {
    llvm::Error error = compiled->program->runOnce(input, buffers.pointers[1], numThreads);
    hasFailed |= static_cast<bool>(error);
    llvm::consumeError(std::move(error));
  });
  if (hasFailed)
    state.SkipWithError("the program does not run");
}

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  llvm::cl::ParseCommandLineOptions(argc, argv, "measure the kernels that a target generates\n");
  const TargetBackend *target = findTarget(targetName);
  if (!target) {
    llvm::errs() << "nibble-bench: unknown target '" << targetName << "'\n";
    return 1;
  }
  llvm::Expected<CpuFacts> facts = target->getCpuFacts(cpuName);
  if (!facts) {
    llvm::errs() << "nibble-bench: " << llvm::toString(facts.takeError()) << "\n";
    return 1;
  }
  mlir::DialectRegistry registry;
  registry.insert<NibbleDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect>();
  mlir::MLIRContext context(registry);
  for (const BenchCase &benchCase : getBenchCases())
    benchmark::RegisterBenchmark(benchCase.name.c_str(), [&, benchCase](benchmark::State &state) {
      benchCase.isProgram ? measureProgram(state, benchCase) : measureKernel(state, context, benchCase, *target, *facts);
    })->UseRealTime();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
