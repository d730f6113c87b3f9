//===- Passes.td - passes of the x86 target ---------------------------------------------------------===//
//
// In alphabetical order. A description says what a pass requires, ensures and leaves; its example is the first case of
// test/Target/X86/<name>.mlir.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TARGET_X86_PASSES_TD
#define NIBBLE_TARGET_X86_PASSES_TD

include "mlir/Pass/PassBase.td"

def X86LowerContractionsPass : Pass<"nibble-x86-lower-contractions", "::mlir::ModuleOp"> {
  let summary = "contractions on buffers to loops of vector code";
  let description = [{
    Replaces the `nibble.conv` or `nibble.contract` in each kernel by loops around a register tile: pixels times vectors of
    channels, whose sums stay in registers over the whole reduction and go through the epilogue there. The body does the
    part of the work that belongs to tile number `%tile`.

    Requires: buffers with static shape, strides and offset that may be read 64 bytes past their end; no padding; filters
    packed by `nibble-x86-pack-filters` with the same `cpu`, or computed at run time.
    Ensures: no contraction is left; `tiles` of every `nibble.launch` is the number of tiles of its kernel.
    Leaves: everything else.

    ```mlir
    func.func private @kernel(%tile: index, %x: memref<1x1x6x4xi8>, %w: memref<64xi8>, %b: memref<16xi32>,
                              %y: memref<1x1x6x16xi32>) {
      nibble.conv ins(%x, %w : memref<1x1x6x4xi8>, memref<64xi8>) bias(%b : memref<16xi32>)
        outs(%y : memref<1x1x6x16xi32>)
        {packedFilterShape = array<i64: 1, 1, 4, 16>, inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>}
      return
    }
    ```
    becomes, for `avx512vnni`,
    ```mlir
    %bias = vector.load %b_flat[…] : vector<16xi32>
    %w0 = vector.load %w_flat[…] : vector<64xi8>
    %x0 = … : vector<64xi8>  // four bytes, sixteen times
    %acc = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%bias, %x0, %w0)
    …
    vector.store %acc, %y_flat[…] : vector<16xi32>
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "a CPU level or LLVM's name of a processor">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def X86PackFiltersPass : Pass<"nibble-x86-pack-filters", "::mlir::ModuleOp"> {
  let summary = "put constant filters into the order that the kernels read";
  let description = [{
    A constant filter becomes a one-dimensional constant: for each block of channels, for each step of the reduction, the
    weights of one dot step of all channels of the block. What the zero points contribute is constant for each channel and
    goes into the bias; so does what a kernel adds because the unit multiplies unsigned with signed bytes only and reads
    signed activations with the sign bit flipped.

    Requires: convolutions without padding; constant zero points.
    Ensures: every `nibble.conv` and `nibble.contract` with a constant filter has `packedFilterShape` and no zero point.
    Leaves: contractions whose filter is computed at run time.

    ```mlir
    %w = arith.constant dense<1> : tensor<1x1x4x16xi8>
    %b = arith.constant dense<5> : tensor<16xi32>
    %zx = arith.constant 3 : i32
    %y = nibble.conv ins(%x, %w : tensor<1x1x6x4xi8>, tensor<1x1x4x16xi8>) bias(%b : tensor<16xi32>)
           input_zero_point(%zx) outs(%init : tensor<1x1x6x16xi32>) {…} -> tensor<1x1x6x16xi32>
    ```
    becomes
    ```mlir
    %w = arith.constant dense<1> : tensor<64xi8>
    %b = arith.constant dense<-7> : tensor<16xi32>
    %y = nibble.conv ins(%x, %w : tensor<1x1x6x4xi8>, tensor<64xi8>) bias(%b : tensor<16xi32>)
           outs(%init : tensor<1x1x6x16xi32>) {packedFilterShape = array<i64: 1, 1, 4, 16>, …} -> tensor<1x1x6x16xi32>
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "a CPU level or LLVM's name of a processor">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // NIBBLE_TARGET_X86_PASSES_TD
