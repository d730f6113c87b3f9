//===- Program.cpp - run a program --------------------------------------------------------------------===//

#include "nibble/Execution/Program.h"
#include "nibble/Runtime/Batch.h"
#include "nibble/Runtime/CpuFeatures.h"
#include "nibble/Runtime/ThreadPool.h"

using namespace llvm;
using namespace nibble;

int64_t OwnedArray::getSizeInBytes() const { return nibble_array_size(dtype, shape.size(), shape.data()); }

Program::Program() : pool(nullptr, nibble_pool_destroy) {}

Program::~Program() = default;

Error Program::initialize(const nibble_info *programInfo) {
  if (programInfo->version != NIBBLE_PROGRAM_VERSION)
    return createStringError("expected a program of version %u, got version %u (compile it again)", NIBBLE_PROGRAM_VERSION,
                             programInfo->version);
  if (uint64_t missing = nibble_cpu_missing(programInfo->cpu_feature_bits)) {
    char names[512];
    nibble_cpu_names(missing, names, sizeof(names));
    return createStringError("this CPU lacks what the program was compiled for: %s", names);
  }
  workspace.reset(static_cast<char *>(nibble_allocate(programInfo->workspace_size)));
  if (!workspace)
    return createStringError("out of memory: the workspace has %" PRId64 " bytes", programInfo->workspace_size);
  info = programInfo;
  return Error::success();
}

Error Program::setThreads(int threads) {
  if (threads < 1)
    return createStringError("expected at least 1 thread, got %d", threads);
  if (info->max_threads > 0 && threads > info->max_threads)
    return createStringError("expected at most %d threads, for which the program was compiled, got %d", info->max_threads,
                             threads);
  if (threads == poolThreads)
    return Error::success();
  pool.reset(threads == 1 ? nullptr : nibble_pool_create(threads));
  poolThreads = pool ? threads : 1;
  if (threads > 1 && !pool)
    return createStringError("cannot start %d threads", threads);
  return Error::success();
}

static nibble_parallel_for getParallelFor(int threads) { return threads > 1 ? nibble_pool_parallel_for : nullptr; }

static Error makeError(const nibble_error &error) { return createStringError("%s", error.message); }

/// The program only reads through the pointer of an input.
static Expected<std::vector<nibble_array>> getInputs(const nibble_info &info, ArrayRef<ArrayView> views) {
  if (views.size() != static_cast<size_t>(info.num_inputs))
    return createStringError("expected %d inputs, got %zu", info.num_inputs, views.size());
  std::vector<nibble_array> arrays(views.size());
  for (auto [view, array] : zip_equal(views, arrays)) {
    if (view.shape.size() > NIBBLE_MAX_RANK)
      return createStringError("expected at most %d dimensions, got %zu", NIBBLE_MAX_RANK, view.shape.size());
    array.dtype = view.dtype;
    array.rank = view.shape.size();
    copy(view.shape, array.shape);
    array.data = const_cast<void *>(view.data);
    // An array without elements may lie nowhere, but the program refuses null.
    static char nothing;
    if (!array.data && nibble_array_size(array.dtype, array.rank, array.shape) == 0)
      array.data = &nothing;
  }
  return arrays;
}

static Expected<std::vector<OwnedArray>> allocateOutputs(MutableArrayRef<nibble_array> planned) {
  std::vector<OwnedArray> outputs(planned.size());
  for (auto [array, output] : zip_equal(planned, outputs)) {
    output.dtype = static_cast<nibble_dtype>(array.dtype);
    output.shape.assign(array.shape, array.shape + array.rank);
    output.data.reset(static_cast<char *>(nibble_allocate(output.getSizeInBytes())));
    array.data = output.data.get();
    if (!output.data)
      return createStringError("out of memory: an output has %" PRId64 " bytes", output.getSizeInBytes());
  }
  return outputs;
}

Expected<std::vector<OwnedArray>> Program::run(ArrayRef<ArrayView> views, int threads) {
  if (Error error = setThreads(threads))
    return std::move(error);
  Expected<std::vector<nibble_array>> inputs = getInputs(*info, views);
  if (!inputs)
    return inputs.takeError();
  std::vector<nibble_array> planned(info->num_outputs);
  nibble_error error = {""};
  if (nibble_batch_plan(info, inputs->data(), planned.data(), &error))
    return makeError(error);
  Expected<std::vector<OwnedArray>> outputs = allocateOutputs(planned);
  if (!outputs)
    return outputs;
  nibble_execution execution = {workspace.get(), getParallelFor(threads), pool.get(), threads};
  if (nibble_batch_run(info, inputs->data(), planned.data(), &execution, &error))
    return makeError(error);
  return outputs;
}

Error Program::runOnce(ArrayRef<const void *> inputs, ArrayRef<void *> outputs, int threads) {
  if (Error error = setThreads(threads))
    return error;
  int status = info->run(inputs.data(), outputs.data(), workspace.get(), getParallelFor(threads), pool.get(), threads);
  return status == NIBBLE_OK ? Error::success() : createStringError("%s", nibble_status_text(status));
}
