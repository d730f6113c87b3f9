//===- Passes.td - conversions between dialects ------------------------------------------------------===//

#ifndef NIBBLE_CONVERSION_PASSES_TD
#define NIBBLE_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertNibbleToLLVMPass : Pass<"nibble-convert-nibble-to-llvm", "::mlir::ModuleOp"> {
  let summary = "a lowered program to the LLVM dialect";
  let description = [{
    Converts everything that is left after the target's kernel passes, upstream dialects included, in one step. Buffers are
    passed as bare pointers; the arguments of `@main` keep their types in `nibble.type`. `@main` gets two more arguments, the hook `parallel_for` and its `pool`; a launch stores its
    buffers in an array, and calls `nibble_launch` (`lib/Runtime`) with a thunk that unpacks them for one tile. An observer
    becomes a call of `nibble_observe_channels_f32`.

    Requires: buffers with static shape, strides and offset; no structured control flow (`--convert-scf-to-cf`); contiguous
    observed buffers; destinations instead of results that are buffers.
    Ensures: nothing but the LLVM dialect.
    Leaves: nothing.

    ```mlir
    nibble.launch @exp_0 tiles(4) (%x, %y) : memref<64xf32>, memref<64xf32>
    ```
    becomes
    ```mlir
    %buffers = llvm.alloca %c2 x !llvm.ptr : (i64) -> !llvm.ptr
    // the pointers of %x and %y are stored there
    %thunk = llvm.mlir.addressof @exp_0_tile : !llvm.ptr
    llvm.call @nibble_launch(%parallel_for, %pool, %thunk, %buffers, %c4) : (…) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // NIBBLE_CONVERSION_PASSES_TD
