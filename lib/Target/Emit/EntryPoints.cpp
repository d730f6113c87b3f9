//===- EntryPoints.cpp - the exported functions of a program ------------------------------------------===//

#include "EntryPoints.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;
using namespace nibble;

namespace {

/// Builds the entry points of one module. Layouts follow nibble/Runtime/Program.h.
class EntryBuilder {
public:
  EntryBuilder(Function &program, Constant *weights, const ProgramInfo &info, const EntryOptions &options)
      : program(program), weights(weights), info(info), options(options), module(*program.getParent()),
        context(module.getContext()), builder(context), pointer(builder.getPtrTy()), i32(builder.getInt32Ty()),
        i64(builder.getInt64Ty()) {}

  std::vector<std::string> build() {
    Function *runParallel = addRunParallel();
    addRun(runParallel);
    GlobalVariable *infoGlobal = addInfo(addGenericRun(runParallel));
    if (options.isExecutable) {
      addMain(infoGlobal);
      return {"main"};
    }
    std::vector<std::string> exported = {symbol("run"), symbol("run_parallel"), symbol("info")};
    if (options.exportPool) {
      addForward("pool_create", pointer, {i32});
      addForward("pool_destroy", builder.getVoidTy(), {pointer});
      addForward("pool_parallel_for", builder.getVoidTy(), {pointer, pointer, pointer, i64});
      for (StringRef name : {"pool_create", "pool_destroy", "pool_parallel_for"})
        exported.push_back(symbol(name));
    }
    return exported;
  }

private:
  std::string symbol(StringRef suffix) const { return (info.model + "_" + suffix).str(); }

  size_t getNumTensors() const { return info.inputs.size() + info.outputs.size(); }

  /// A function for the baseline CPU. Without features of its own it would get those of the target machine.
  Function *addFunction(StringRef name, Type *result, ArrayRef<Type *> arguments) {
    auto *function =
        Function::Create(FunctionType::get(result, arguments, false), GlobalValue::ExternalLinkage, name, module);
    function->addFnAttr(Attribute::NoUnwind);
    if (module.getTargetTriple().getArch() == Triple::x86_64)
      function->addFnAttr("target-cpu", "x86-64");
    function->addFnAttr("target-features", "");
    builder.SetInsertPoint(BasicBlock::Create(context, "entry", function));
    return function;
  }

  /// Continues behind a return of `status` where `condition` holds.
  void returnIf(Value *condition, nibble_status status) {
    Function *function = builder.GetInsertBlock()->getParent();
    BasicBlock *taken = BasicBlock::Create(context, "", function), *rest = BasicBlock::Create(context, "", function);
    builder.CreateCondBr(condition, taken, rest);
    builder.SetInsertPoint(taken);
    builder.CreateRet(builder.getInt32(status));
    builder.SetInsertPoint(rest);
  }

  void addChecks(ArrayRef<Value *> tensors, Value *workspace) {
    Value *anyNull = builder.getFalse();
    for (Value *tensor : tensors)
      anyNull = builder.CreateOr(anyNull, builder.CreateIsNull(tensor));
    if (info.workspaceSizeInBytes > 0)
      anyNull = builder.CreateOr(anyNull, builder.CreateIsNull(workspace));
    returnIf(anyNull, NIBBLE_NULL_ARGUMENT);
    Value *offset = builder.CreateAnd(builder.CreatePtrToInt(workspace, i64), NIBBLE_WORKSPACE_ALIGNMENT - 1);
    returnIf(builder.CreateIsNotNull(offset), NIBBLE_MISALIGNED_WORKSPACE);
    if (options.features.bits) {
      FunctionCallee missing = module.getOrInsertFunction("nibble_cpu_missing", i64, i64);
      returnIf(builder.CreateIsNotNull(builder.CreateCall(missing, builder.getInt64(options.features.bits))),
               NIBBLE_UNSUPPORTED_CPU);
    }
  }

  /// int run_parallel(inputs..., outputs..., workspace, parallel_for, pool, nthreads)
  Function *addRunParallel() {
    SmallVector<Type *> types(getNumTensors() + 3, pointer);
    types.push_back(i32);
    Function *function = addFunction(symbol("run_parallel"), i32, types);
    SmallVector<Value *> arguments(llvm::make_pointer_range(function->args()));
    Value *threads = arguments.pop_back_val(), *pool = arguments.pop_back_val(), *parallelFor = arguments.pop_back_val();
    Value *workspace = arguments.back();
    addChecks(ArrayRef<Value *>(arguments).drop_back(), workspace);
    arguments.push_back(weights ? weights : ConstantPointerNull::get(pointer));
    Value *isParallel = builder.CreateICmpSGT(threads, builder.getInt32(1));
    arguments.push_back(builder.CreateSelect(isParallel, parallelFor, ConstantPointerNull::get(pointer)));
    arguments.push_back(pool);
    builder.CreateCall(&program, arguments);
    builder.CreateRet(builder.getInt32(NIBBLE_OK));
    return function;
  }

  /// int run(inputs..., outputs..., workspace)
  void addRun(Function *runParallel) {
    Function *function = addFunction(symbol("run"), i32, SmallVector<Type *>(getNumTensors() + 1, pointer));
    SmallVector<Value *> arguments(llvm::make_pointer_range(function->args()));
    arguments.append(2, ConstantPointerNull::get(pointer));
    arguments.push_back(builder.getInt32(1));
    builder.CreateRet(builder.CreateCall(runParallel, arguments));
  }

  void loadPointers(Value *array, size_t count, SmallVectorImpl<Value *> &pointers) {
    if (count > 0)
      returnIf(builder.CreateIsNull(array), NIBBLE_NULL_ARGUMENT);
    for (size_t i = 0; i < count; ++i)
      pointers.push_back(builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(pointer, array, i)));
  }

  /// nibble_info.run: int (inputs, outputs, workspace, parallel_for, pool, nthreads)
  Function *addGenericRun(Function *runParallel) {
    Function *function = addFunction(symbol("run_generic"), i32, {pointer, pointer, pointer, pointer, pointer, i32});
    function->setLinkage(GlobalValue::InternalLinkage);
    SmallVector<Value *> arguments;
    loadPointers(function->getArg(0), info.inputs.size(), arguments);
    loadPointers(function->getArg(1), info.outputs.size(), arguments);
    for (unsigned i = 2; i < 6; ++i)
      arguments.push_back(function->getArg(i));
    builder.CreateRet(builder.CreateCall(runParallel, arguments));
    return function;
  }

  Constant *addConstant(Constant *value) {
    auto *global = new GlobalVariable(module, value->getType(), true, GlobalValue::PrivateLinkage, value, "");
    global->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return global;
  }

  Constant *addString(StringRef text) { return addConstant(ConstantDataArray::getString(context, text)); }

  /// struct nibble_tensor
  Constant *getTensor(const InterfaceTensor &tensor) {
    auto quantization = tensor.quantization.value_or(InterfaceQuantization{1.0f, 0});
    return ConstantStruct::getAnon(
        {addString(tensor.name), addConstant(ConstantDataArray::get(context, ArrayRef<int64_t>(tensor.shape))),
         builder.getInt32(tensor.shape.size()), builder.getInt32(tensor.dtype),
         builder.getInt32(tensor.batchAxis ? static_cast<int32_t>(*tensor.batchAxis) : -1),
         builder.getInt32(tensor.quantization.has_value()), ConstantFP::get(builder.getFloatTy(), quantization.scale),
         builder.getInt32(quantization.zeroPoint)});
  }

  Constant *addTensors(ArrayRef<InterfaceTensor> tensors) {
    if (tensors.empty())
      return ConstantPointerNull::get(pointer);
    SmallVector<Constant *> elements = llvm::map_to_vector(tensors, [&](const auto &tensor) { return getTensor(tensor); });
    return addConstant(ConstantArray::get(ArrayType::get(elements.front()->getType(), elements.size()), elements));
  }

  /// struct nibble_info
  GlobalVariable *addInfo(Function *genericRun) {
    Constant *value = ConstantStruct::getAnon(
        {builder.getInt32(NIBBLE_PROGRAM_VERSION), builder.getInt32(info.inputs.size()), builder.getInt32(info.outputs.size()),
         builder.getInt32(options.maxThreads), addString(info.model), addTensors(info.inputs), addTensors(info.outputs),
         builder.getInt64(info.workspaceSizeInBytes), builder.getInt64(NIBBLE_WORKSPACE_ALIGNMENT),
         addString(options.features.names), builder.getInt64(options.features.bits), genericRun});
    return new GlobalVariable(module, value->getType(), true, GlobalValue::ExternalLinkage, value, symbol("info"));
  }

  /// `<model>_<suffix>`, which calls `nibble_<suffix>` of lib/Runtime.
  void addForward(StringRef suffix, Type *result, ArrayRef<Type *> types) {
    Function *function = addFunction(symbol(suffix), result, types);
    FunctionCallee callee = module.getOrInsertFunction(("nibble_" + suffix).str(), function->getFunctionType());
    SmallVector<Value *> arguments(llvm::make_pointer_range(function->args()));
    CallInst *call = builder.CreateCall(callee, arguments);
    if (result->isVoidTy())
      builder.CreateRetVoid();
    else
      builder.CreateRet(call);
  }

  /// int main(int argc, char **argv)
  void addMain(GlobalVariable *infoGlobal) {
    Function *function = addFunction("main", i32, {i32, pointer});
    FunctionCallee callee = module.getOrInsertFunction("nibble_main", i32, pointer, i32, pointer);
    builder.CreateRet(builder.CreateCall(callee, {infoGlobal, function->getArg(0), function->getArg(1)}));
  }

  Function &program;
  Constant *weights;
  const ProgramInfo &info;
  const EntryOptions &options;
  Module &module;
  LLVMContext &context;
  IRBuilder<> builder;
  PointerType *pointer;
  IntegerType *i32, *i64;
};

} // namespace

std::vector<std::string> nibble::addEntryPoints(Function &program, Constant *weights, const ProgramInfo &info,
                                                const EntryOptions &options) {
  return EntryBuilder(program, weights, info, options).build();
}
