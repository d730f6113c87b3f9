// RUN: %nibble_opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(nibble-x86-lower-contractions{cpu=avx512vnni},cse)' | FileCheck %s
// RUN: %nibble_opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(nibble-x86-lower-contractions{cpu=avx2},cse)' | FileCheck %s --check-prefix=AVX2

// Six pixels share the load of the filter; each has its own sums, which start as the bias.

// CHECK-LABEL: func.func private @kernel
// CHECK: %[[BIAS:.*]] = vector.load {{.*}} : memref<32xi32>, vector<16xi32>
// CHECK: %[[W:.*]] = vector.load {{.*}} : memref<128xi8>, vector<64xi8>
// CHECK: %[[FOUR:.*]] = vector.load {{.*}} : memref<88xi8>, vector<4xi8>
// CHECK: %[[DWORD:.*]] = vector.bitcast %[[FOUR]] : vector<4xi8> to vector<1xi32>
// CHECK: %[[ALL:.*]] = vector.broadcast %[[DWORD]] : vector<1xi32> to vector<16xi32>
// CHECK: %[[X:.*]] = vector.bitcast %[[ALL]] : vector<16xi32> to vector<64xi8>
// CHECK: %[[ACC:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%[[BIAS]], %[[X]], %[[W]])
// CHECK-COUNT-5: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%[[BIAS]], %{{.*}}, %[[W]])
// CHECK-NOT: vpdpbusd
// CHECK: vector.store %[[ACC]]
// CHECK-COUNT-5: vector.store
// CHECK-NOT: nibble.conv

// Even and odd bytes as 16-bit numbers, so that no sum saturates.
// AVX2-LABEL: func.func private @kernel
// AVX2-NOT: vpdpbusd
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"({{.*}}) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// AVX2: llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"
func.func private @kernel(%tile: index, %x: memref<1x1x6x4xi8>, %w: memref<64xi8>, %b: memref<16xi32>,
                          %y: memref<1x1x6x16xi32>) {
  nibble.conv ins(%x, %w : memref<1x1x6x4xi8>, memref<64xi8>) bias(%b : memref<16xi32>)
    outs(%y : memref<1x1x6x16xi32>)
    {packedFilterShape = array<i64: 1, 1, 4, 16>, inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>}
  return
}

// -----

// The sign bit of signed activations is flipped; the bias was corrected by the packing.

// CHECK-LABEL: func.func private @signed
// CHECK: %[[FLIP:.*]] = arith.constant dense<-2139062144> : vector<16xi32>
// CHECK: arith.xori %{{.*}}, %[[FLIP]] : vector<16xi32>
func.func private @signed(%tile: index, %x: memref<1x4xi8>, %w: memref<64xi8>, %y: memref<1x16xi32>) {
  nibble.contract ins(%x, %w : memref<1x4xi8>, memref<64xi8>) outs(%y : memref<1x16xi32>)
    {packedFilterShape = array<i64: 4, 16>, inputScheme = #nibble.scheme<s8>, filterScheme = #nibble.scheme<s8>}
  return
}

// -----

// Rounding and conversion are one instruction; clamps on the way to an integer need not care for NaN. Seventeen channels are
// one whole vector and one element.

// CHECK-LABEL: func.func private @epilogue
// CHECK: arith.sitofp %{{.*}} : vector<16xi32> to vector<16xf32>
// CHECK: arith.mulf {{.*}} : vector<16xf32>
// CHECK: arith.maximumf {{.*}} fastmath<nnan,nsz> : vector<16xf32>
// CHECK: llvm.call_intrinsic "llvm.lrint.v16i32.v16f32"
// CHECK: arith.trunci {{.*}} : vector<16xi32> to vector<16xi8>
// CHECK: vector.store {{.*}} vector<16xi8>
// CHECK: vector.extract_strided_slice {{.*}} {offsets = [0], sizes = [1], strides = [1]} : vector<16xi8> to vector<1xi8>
// CHECK: vector.store {{.*}} vector<1xi8>
func.func private @epilogue(%tile: index, %x: memref<1x4xi8>, %w: memref<128xi8>, %m: memref<17xf32>,
                            %y: memref<1x17xi8>) {
  nibble.contract ins(%x, %w : memref<1x4xi8>, memref<128xi8>) with(%m : memref<17xf32>) outs(%y : memref<1x17xi8>)
    {packedFilterShape = array<i64: 4, 17>, inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>}
    epilogue {
    ^bb0(%acc: i32, %scale: f32):
      %zero = arith.constant 0.0 : f32
      %f = arith.sitofp %acc : i32 to f32
      %p = arith.mulf %f, %scale : f32
      %c = arith.maximumf %p, %zero : f32
      %r = math.roundeven %c : f32
      %i = arith.fptosi %r : f32 to i32
      %code = arith.trunci %i : i32 to i8
      nibble.yield %code : i8
    }
  return
}

// -----

// A large contraction is cut into tiles, and its launches learn how many there are.

// CHECK-LABEL: func.func @main
// CHECK: nibble.launch @large tiles({{[1-9][0-9]+}})
func.func @main(%x: memref<512x512xi8>, %w: memref<262144xi8>, %y: memref<512x512xi32>) {
  nibble.launch @large tiles(1) (%x, %w, %y) : memref<512x512xi8>, memref<262144xi8>, memref<512x512xi32>
  return
}
func.func private @large(%tile: index, %x: memref<512x512xi8>, %w: memref<262144xi8>, %y: memref<512x512xi32>) {
  nibble.contract ins(%x, %w : memref<512x512xi8>, memref<262144xi8>) outs(%y : memref<512x512xi32>)
    {packedFilterShape = array<i64: 512, 512>, inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>}
  return
}

// -----

func.func private @dynamic_layout(%tile: index, %x: memref<1x4xi8, strided<[?, 1]>>, %w: memref<64xi8>,
                                  %y: memref<1x16xi32>) {
  // expected-error @+1 {{expected buffers with static shape, strides and offset and a contiguous last dimension, got 'memref<1x4xi8, strided<[?, 1]>>'}}
  nibble.contract ins(%x, %w : memref<1x4xi8, strided<[?, 1]>>, memref<64xi8>) outs(%y : memref<1x16xi32>)
    {packedFilterShape = array<i64: 4, 16>, inputScheme = #nibble.scheme<u8>, filterScheme = #nibble.scheme<s8>}
  return
}

// -----

// One instruction for product and sum: what upstream makes of vector.fma may not be fused.

// CHECK-LABEL: func.func private @float
// CHECK: llvm.intr.fma({{.*}}) : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
// CHECK-NOT: vector.fma
// AVX2-LABEL: func.func private @float
// AVX2: llvm.intr.fma({{.*}}) : (vector<8xf32>, vector<8xf32>, vector<8xf32>) -> vector<8xf32>
func.func private @float(%tile: index, %x: memref<1x4xf32>, %w: memref<64xf32>, %y: memref<1x16xf32>) {
  nibble.contract ins(%x, %w : memref<1x4xf32>, memref<64xf32>) outs(%y : memref<1x16xf32>)
    {packedFilterShape = array<i64: 4, 16>}
  return
}

// -----

// Codes of 4 bits become bytes by a shift and a mask, less the code that stands for 0; the sum of a block is scaled and added, each
// operation by itself. Scales come first, 16 of them.

// CHECK-LABEL: func.func private @integer_blocks
// CHECK: %[[CODES:.*]] = vector.load {{.*}} : memref<192xi8>, vector<64xi8>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[CODES]] : vector<64xi8> to vector<16xi32>
// CHECK: %[[LOW:.*]] = arith.andi %[[WORDS]], %{{.*}} : vector<16xi32>
// CHECK: %[[BYTES:.*]] = vector.bitcast %[[LOW]] : vector<16xi32> to vector<64xi8>
// CHECK: %[[W:.*]] = arith.subi %[[BYTES]], %{{.*}} : vector<64xi8>
// CHECK: %[[SUM0:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}, %{{.*}}, %[[W]])
// CHECK: arith.shrui
// CHECK: %[[SUM1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%[[SUM0]], %{{.*}}, %{{.*}})
// CHECK: %[[SCALE:.*]] = arith.extf %{{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: %[[REAL:.*]] = arith.sitofp %[[SUM1]] : vector<16xi32> to vector<16xf32>
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[REAL]], %[[SCALE]] : vector<16xf32>
// CHECK: arith.addf %{{.*}}, %[[PRODUCT]] : vector<16xf32>
// CHECK-NOT: llvm.intr.fma
func.func private @integer_blocks(%tile: index, %x: memref<1x8xi8>, %w: memref<128xi8>, %y: memref<1x16xf32>) {
  nibble.contract ins(%x, %w : memref<1x8xi8>, memref<128xi8>) outs(%y : memref<1x16xf32>)
    {transposeFilter, packedFilterShape = array<i64: 16, 8>, inputScheme = #nibble.scheme<u8>,
     filterScheme = #nibble.scheme<s4, block = [1, 0], scale = [f16]>}
  return
}

// -----

// Of a declared meaning what depends on the code alone is looked up; the product with the scale of its block is left.

// CHECK-LABEL: func.func private @declared
// CHECK: %[[POWER:.*]] = llvm.call_intrinsic "llvm.x86.avx512.permvar.sf.512"
// CHECK-NOT: math.exp
// CHECK: %[[W:.*]] = arith.mulf %[[POWER]], %{{.*}} : vector<16xf32>
// CHECK: llvm.intr.fma(%{{.*}}, %[[W]], %{{.*}})
// CHECK-NOT: nibble.scheme
nibble.scheme @power <u4>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %real = arith.sitofp %code : i32 to f32
    %power = math.exp %real : f32
    %number = arith.mulf %power, %scale : f32
    nibble.yield %number : f32
  }
func.func private @declared(%tile: index, %x: memref<1x1xf32>, %w: memref<128xi8>, %y: memref<1x16xf32>) {
  nibble.contract ins(%x, %w : memref<1x1xf32>, memref<128xi8>) outs(%y : memref<1x16xf32>)
    {transposeFilter, packedFilterShape = array<i64: 16, 1>, filterScheme = #nibble.scheme<u4 @power, block = [1, 0]>}
  return
}
