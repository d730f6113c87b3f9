//===- Passes.td - passes of the x86 target ---------------------------------------------------------===//
//
// In alphabetical order. A description says what a pass requires, ensures and leaves; its example is the first case of
// test/Target/X86/<name>.mlir.
//
//===------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TARGET_X86_PASSES_TD
#define NIBBLE_TARGET_X86_PASSES_TD

include "mlir/Pass/PassBase.td"

def X86FlipSignedInputsPass : Pass<"nibble-x86-flip-signed-inputs", "::mlir::func::FuncOp"> {
  let summary = "signed activations as unsigned ones";
  let description = [{
    The unit multiplies unsigned with signed bytes. An input of signed codes becomes one of unsigned codes that are 128 larger, and its zero
    point with it. A contraction that makes the codes for nothing else makes them larger; else a loop flips their sign bits, which
    `nibble-fuse-elementwise` joins with one that makes them.

    Requires: nothing.
    Ensures: no contraction of many pixels has an input of signed bytes, unless the level is `avx2`, which multiplies 16-bit numbers.
    Leaves: small inputs, and those of a few pixels, whose sign bits kernels flip as they read them.

    ```mlir
    %y = nibble.contract ins(%x, %w : tensor<64x64xi8>, tensor<64x32xi8>) outs(%init : tensor<64x32xi32>)
           {inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>} -> tensor<64x32xi32>
    ```
    becomes
    ```mlir
    %flipped = linalg.generic … ins(%x : tensor<64x64xi8>) outs(%empty : tensor<64x64xi8>) { … arith.xori %code, %c-128_i8 … }
    %y = nibble.contract ins(%flipped, %w : tensor<64x64xi8>, tensor<64x32xi8>) input_zero_point(%c128)
           outs(%init : tensor<64x32xi32>)
           {inputScheme = #nibble.scheme<u8, zero_point = integer>, filterScheme = #nibble.scheme<s8>} -> tensor<64x32xi32>
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "a CPU level or LLVM's name of a processor">];
  let statistics = [Statistic<"numFlipped", "flipped-values", "Values whose signs were flipped">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def X86LowerContractionsPass : Pass<"nibble-x86-lower-contractions", "::mlir::ModuleOp"> {
  let summary = "contractions on buffers to loops of vector code";
  let description = [{
    Replaces the `nibble.conv` or `nibble.contract` in each kernel by loops around a register tile: pixels times vectors of
    channels, whose sums stay in registers over the whole reduction and go through the epilogue there. The body does the
    part of the work that belongs to tile number `%tile`.

    Requires: buffers with static shape, strides and offset that may be read 64 bytes past their end; no padding; filters
    packed by `nibble-x86-pack-filters` with the same `cpu`, or computed at run time.
    Ensures: no contraction is left, nor any `nibble.scheme`, whose `decode` is in the kernels now; `tiles` of every `nibble.launch` is the
    number of tiles of its kernel.
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

def X86LowerLookupsPass : Pass<"nibble-x86-lower-lookups", "::mlir::ModuleOp"> {
  let summary = "lookups of codes in tables, by whole vectors";
  let description = [{
    Replaces the lookup (`nibble-tabulate-functions`) that a kernel consists of by loops over vectors of codes, which go through the
    table in registers. The body does the part of the work that belongs to tile number `%tile`.

    Requires: buffers that may be read 64 bytes past their end.
    Ensures: `tiles` of every `nibble.launch` of such a kernel is the number of its tiles.
    Leaves: lookups in buffers whose last dimension is not contiguous, and everything else.

    ```mlir
    func.func private @kernel(%tile: index, %x: memref<2x64xi8>, %table: memref<256xi8>, %y: memref<2x64xi8>) {
      linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
          ins(%x : memref<2x64xi8>) outs(%y : memref<2x64xi8>) {
      ^bb0(%code: i8, %out: i8):
        %index = arith.index_castui %code : i8 to index
        %entry = memref.load %table[%index] : memref<256xi8>
        linalg.yield %entry : i8
      }
      return
    }
    ```
    becomes, for `znver4`,
    ```mlir
    %part0 = vector.load %table_flat[%c0] : memref<320xi8>, vector<64xi8>
    …
    scf.for %number = %c0 to %c2 step %c1 {
      %codes = vector.load %x_flat[…] : memref<192xi8>, vector<64xi8>
      %low = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%part0, %codes, %part1)
      %high = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.qi.512"(%part2, %codes, %part3)
      %is_high = arith.cmpi slt, %codes, %zero : vector<64xi8>
      %entries = arith.select %is_high, %high, %low : vector<64xi1>, vector<64xi8>
      vector.store %entries, %y_flat[…] : memref<192xi8>, vector<64xi8>
    }
    ```
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "a CPU level or LLVM's name of a processor">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def X86PackFiltersPass : Pass<"nibble-x86-pack-filters", "::mlir::ModuleOp"> {
  let summary = "put constant filters into the order that the kernels read";
  let description = [{
    A constant filter becomes a one-dimensional constant: for each block of channels, for each step of the reduction, the
    weights of one dot step of all channels of the block. What the zero points contribute is constant for each channel and
    goes into the bias; so does what a kernel adds because the unit multiplies unsigned with signed bytes only and reads
    signed activations with the sign bit flipped.

    Codes of fewer than 8 bits and scaled filters stay codes: planes of a few bits each, and in front of them the scales and zero points
    of their blocks (`lib/Target/X86/CodeLayout.h`), that kernels decode in registers.

    Requires: convolutions without padding; constant zero points and scales.
    Ensures: every `nibble.conv` and `nibble.contract` with a constant filter has `packedFilterShape` and a filter of rank 1; zero points are
    only left where they are needed to decode codes.
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

def X86ProveRangesPass : Pass<"nibble-x86-prove-ranges", "::mlir::ModuleOp"> {
  let summary = "mark contractions whose results fit i32 before they are clamped to bytes";
  let description = [{
    The conversion of an f32 outside of i32 gives the least integer, so that a kernel has to clamp first. Where the constants of
    the epilogue show that no sum can become so large, the clamp is left to the saturation of the narrowing instructions, two
    operations less for each vector.

    Requires: nothing.
    Ensures: `nibble.fits_i32` on each `nibble.conv` and `nibble.contract` on tensors whose epilogue clamps a value that is provably
    at most 2^30 in magnitude. It is a hint: dropping it costs speed only.
    Leaves: everything else.

    ```mlir
    %m = arith.constant dense<[0.25, 0.001]> : tensor<2xf32>
    %y = nibble.contract ins(%x, %w : …) with(%m : tensor<2xf32>) outs(%init : tensor<8x2xi8>) {…} epilogue {
    ^bb0(%acc: i32, %scale: f32):
      %real = arith.sitofp %acc : i32 to f32
      %scaled = arith.mulf %real, %scale : f32  // at most 2^29
      …
    ```
    becomes the same with `nibble.fits_i32`.
  }];
}

#endif // NIBBLE_TARGET_X86_PASSES_TD
