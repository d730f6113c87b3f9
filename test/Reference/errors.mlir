// RUN: %nibble_interpret --split-input-file --verify-diagnostics %s

func.func @main() -> tensor<2xf32> {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-error @below {{'shape.shape_of' op is not supported by the reference interpreter}}
  %shape = shape.shape_of %x : tensor<2xf32> -> tensor<1xindex>
  return %x : tensor<2xf32>
}

// -----

func.func @main() -> tensor<1xf32> {
  %empty = tensor.empty() : tensor<1xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%empty : tensor<1xf32>) {
    ^bb0(%out: f32):
      %true = arith.constant true
      // expected-error @below {{'scf.if' op is not supported by the reference interpreter inside a region of scalars}}
      %y = scf.if %true -> f32 { scf.yield %out : f32 } else { scf.yield %out : f32 }
      linalg.yield %y : f32
  } -> tensor<1xf32>
  return %r : tensor<1xf32>
}

// -----

func.func @main() -> tensor<2xi32> {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %y = arith.constant dense<[1, 0]> : tensor<2xi32>
  // expected-error @below {{'arith.divsi' op divides by zero}}
  %r = arith.divsi %x, %y : tensor<2xi32>
  return %r : tensor<2xi32>
}

// -----

func.func @main() -> i32 {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %i = arith.constant 2 : index
  // expected-error @below {{'tensor.extract' op accesses element 2 of dimension 0, which has 2 elements}}
  %r = tensor.extract %x[%i] : tensor<2xi32>
  return %r : i32
}

// -----

func.func @main() -> tensor<2xi32> {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %one = arith.constant 1 : index
  %r = tensor.generate {
    ^bb0(%i: index):
      %next = arith.addi %i, %one : index
      // expected-error @below {{'tensor.extract' op reads an element out of bounds}}
      %element = tensor.extract %x[%next] : tensor<2xi32>
      tensor.yield %element : i32
  } : tensor<2xi32>
  return %r : tensor<2xi32>
}

// -----

func.func @main() -> tensor<?xi32> {
  %x = arith.constant dense<[1, 2, 3]> : tensor<3xi32>
  %size = arith.constant 3 : index
  // expected-error @below {{'tensor.extract_slice' op takes 3 elements from 1 with stride 1 of dimension 0, which has 3 elements}}
  %r = tensor.extract_slice %x[1] [%size] [1] : tensor<3xi32> to tensor<?xi32>
  return %r : tensor<?xi32>
}

// -----

// The window of three columns moves past the end of an input that is too small for it.
func.func @main() -> tensor<?xf32> {
  %x = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %x_dynamic = tensor.cast %x : tensor<3xf32> to tensor<?xf32>
  %w = arith.constant dense<1.0> : tensor<3xf32>
  %two = arith.constant 2 : index
  %init = tensor.empty(%two) : tensor<?xf32>
  // expected-error @below {{'linalg.conv_1d' op accesses element 3 of dimension 0, which has 3 elements}}
  %r = linalg.conv_1d ins(%x_dynamic, %w : tensor<?xf32>, tensor<3xf32>) outs(%init : tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

func.func @main() -> tensor<?xf32> {
  %size = arith.constant 1099511627776 : index
  // expected-error @below {{'tensor.empty' op has a result of [1099511627776] x 'f32', which the reference interpreter cannot hold}}
  %r = tensor.empty(%size) : tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

func.func @main() -> tensor<2xi4> {
  // expected-error @below {{'arith.constant' op has a value of type 'tensor<2xi4>' that the reference interpreter cannot read}}
  %r = arith.constant dense<1> : tensor<2xi4>
  return %r : tensor<2xi4>
}

// -----

func.func @main() -> tensor<2xf32> {
  // expected-error @below {{'arith.constant' op has a value of type 'tensor<2xf32>' that the reference interpreter cannot read}}
  %r = arith.constant dense_resource<short> : tensor<2xf32>
  return %r : tensor<2xf32>
}
{-#
  dialect_resources: { builtin: { short: "0x0400000001000000" } }
#-}

// -----

func.func private @again(%x: index) -> index {
  // expected-error @below {{'func.call' op nests calls more than 64 deep}}
  %r = func.call @again(%x) : (index) -> index
  return %r : index
}
func.func @main() -> index {
  %c0 = arith.constant 0 : index
  %r = func.call @again(%c0) : (index) -> index
  return %r : index
}

// -----

// expected-error @below {{'func.func' op has no body of one block, which the reference interpreter expects}}
func.func private @elsewhere(index) -> index
func.func @main() -> index {
  %c0 = arith.constant 0 : index
  %r = func.call @elsewhere(%c0) : (index) -> index
  return %r : index
}

// -----

// expected-error @below {{'func.func' op expected 1 inputs, got 0}}
func.func @main(%x: tensor<1xf32>) -> tensor<1xf32> {
  return %x : tensor<1xf32>
}

// -----

// expected-error @below {{the module has no function @main}}
module {}

// -----

func.func @main() -> tensor<1xi8> {
  %x = arith.constant dense<1.0> : tensor<1xf32>
  %scale = arith.constant dense<1.0> : tensor<f32>
  %zero = arith.constant dense<256> : tensor<i32>
  // expected-error @below {{'nibble.quantize' op expected a zero point in [0, 255], got 256}}
  %q = nibble.quantize %x scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer>
         : tensor<1xf32> -> tensor<1xi8>
  return %q : tensor<1xi8>
}

// -----

func.func @main() -> tensor<1xi8> {
  %x = arith.constant dense<1> : tensor<1xi8>
  %multiplier = arith.constant dense<[1, 63]> : tensor<2xi32>
  // expected-error @below {{'nibble.requantize' op expected a multiplier of at least 0 and a shift in [2, 62], got 1 and 63}}
  %q = nibble.requantize %x multiplier(%multiplier : tensor<2xi32>) from <s8> to <s8, rounding = tosa> : tensor<1xi8> -> tensor<1xi8>
  return %q : tensor<1xi8>
}

// -----

func.func @main() -> tensor<1xi8> {
  %x = arith.constant dense<1> : tensor<1xi8>
  %multiplier = arith.constant dense<[-1, 0]> : tensor<2xi32>
  // expected-error @below {{'nibble.requantize' op expected a multiplier of at least 0 and a shift in [-31, 30], got -1 and 0}}
  %q = nibble.requantize %x multiplier(%multiplier : tensor<2xi32>) from <s8> to <s8, rounding = tflite_double> : tensor<1xi8> -> tensor<1xi8>
  return %q : tensor<1xi8>
}

// -----

// (S12): 32768 * 65535 is 2^31 - 32768; one more 32768 does not fit.
func.func @main() -> tensor<1x1xi32> {
  %x = arith.constant dense<-32768> : tensor<1x2xi16>
  %w = arith.constant dense<[[-1], [1]]> : tensor<2x1xi16>
  %init = tensor.empty() : tensor<1x1xi32>
  // expected-error @below {{'nibble.contract' op has the sum 2147483648 in channel 0, which overflows 'i32'}}
  %r = nibble.contract ins(%x, %w : tensor<1x2xi16>, tensor<2x1xi16>) outs(%init : tensor<1x1xi32>)
         {inputScheme = #nibble.scheme<u16>, filterScheme = #nibble.scheme<u16>} -> tensor<1x1xi32>
  return %r : tensor<1x1xi32>
}

// -----

func.func @main() -> tensor<1x1x1x1xf32> {
  %x = arith.constant dense<1.0> : tensor<1x1x1x1xf32>
  %w = arith.constant dense<1.0> : tensor<16xf32>
  %init = tensor.empty() : tensor<1x1x1x1xf32>
  // expected-error @below {{'nibble.conv' op has a filter in a target's own order, which the reference interpreter cannot read}}
  %r = nibble.conv ins(%x, %w : tensor<1x1x1x1xf32>, tensor<16xf32>) outs(%init : tensor<1x1x1x1xf32>)
         {packedFilterShape = array<i64: 1, 1, 1, 1>} -> tensor<1x1x1x1xf32>
  return %r : tensor<1x1x1x1xf32>
}

// -----

func.func @main(%output: memref<1xf32> {nibble.role = "output"}, %workspace: memref<16xi8> {nibble.role = "workspace"}) {
  %c8 = arith.constant 8 : index
  // expected-error @below {{'memref.view' op makes a window that reaches outside of its memory}}
  %x = memref.view %workspace[%c8][] : memref<16xi8> to memref<3xf32>
  return
}

// -----

func.func @main(%output: memref<1xf32> {nibble.role = "output"}, %workspace: memref<16xi8> {nibble.role = "workspace"}) {
  %c2 = arith.constant 2 : index
  // expected-error @below {{'memref.view' op has a byte shift of 2 that does not fit its memory or its element type 'f32'}}
  %x = memref.view %workspace[%c2][] : memref<16xi8> to memref<3xf32>
  return
}

// -----

// expected-error @below {{'func.func' op has nothing that fits argument 0 of role "weights" and type 'memref<4xi8>'}}
func.func @main(%weights: memref<4xi8> {nibble.role = "weights"}) {
  return
}

// -----

// expected-error @below {{'func.func' op has argument 0 of type 'memref<?xi8>', expected a memref of static shape with a 'nibble.role' or a pointer}}
func.func @main(%workspace: memref<?xi8> {nibble.role = "workspace"}) {
  return
}

// -----

func.func @main() -> tensor<2xf32> {
  %x = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-error @below {{'scf.forall' op is supported by the reference interpreter on memrefs only}}
  %r = scf.forall (%i) in (2) shared_outs(%out = %x) -> tensor<2xf32> {
    scf.forall.in_parallel {
    }
  }
  return %r : tensor<2xf32>
}

// -----

func.func @main() -> index {
  %c0 = arith.constant 0 : index
  // expected-error @below {{'scf.forall' op expected a positive step, got 0}}
  scf.forall (%i) = (0) to (2) step (%c0) {
  }
  return %c0 : index
}

// -----

func.func @main() -> tensor<4xf32> {
  %codes = arith.constant dense<-1> : tensor<1xi8>
  %scale = arith.constant dense<1.0> : tensor<f32>
  // expected-error @below {{'nibble.dequantize' op expected codes of a table of 3 values, got 3}}
  %x = nibble.dequantize %codes scale(%scale : tensor<f32>) as <u2, table = [-1.0, 0.0, 1.0]> : tensor<1xi8> -> tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

nibble.scheme @square <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.fptosi %value : f32 to i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %real = arith.sitofp %code : i32 to f32
    %product = arith.mulf %real, %scale : f32
    %value = arith.mulf %product, %scale : f32
    nibble.yield %value : f32
  }
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @below {{'nibble.choose_params' op has a scheme whose 'decode' is not proportional to its scale, so that it needs 'choose': code 1 is 1.000000e+00 at scale 1 and 1.562500e-02 at scale 1.250000e-01}}
  %s = nibble.choose_params %x as <u2 @square> : tensor<4xf32> -> tensor<f32>
  return %s : tensor<f32>
}

// -----

nibble.scheme @nothing <u2>
  encode {
  ^bb0(%value: f32, %scale: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32):
    %zero = arith.constant 0.0 : f32
    nibble.yield %zero : f32
  }
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @below {{'nibble.choose_params' op has a scheme whose 'decode' gives every code the value 0}}
  %s = nibble.choose_params %x as <u2 @nothing> : tensor<4xf32> -> tensor<f32>
  return %s : tensor<f32>
}

// -----

nibble.scheme @two <u2, block = [2], scale = [f16, f32]>
  choose {
  ^bb0(%block: tensor<2xf32>):
    %one = arith.constant 1.0 : f32
    nibble.yield %one, %one : f32, f32
  } encode {
  ^bb0(%value: f32, %scale: f32, %outer: f32):
    %code = arith.constant 0 : i32
    nibble.yield %code : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %outer: f32):
    nibble.yield %scale : f32
  }
func.func @main() -> tensor<2xf16> {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @below {{'nibble.choose_params' op has the scheme #nibble.scheme<u2 @two, block = [2], scale = [f16, f32]>, whose 'choose' cannot know the blocks that share an outer scale}}
  %s:2 = nibble.choose_params %x as <u2 @two, block = [2], scale = [f16, f32]> : tensor<4xf32> -> tensor<2xf16>, tensor<f32>
  return %s#0 : tensor<2xf16>
}

// -----

func.func @main() -> tensor<?xf32> {
  %q = arith.constant dense<1> : tensor<2xi8>
  %cast = tensor.cast %q : tensor<2xi8> to tensor<?xi8>
  %scale = arith.constant dense<1.0> : tensor<f32>
  // expected-error @below {{'nibble.dequantize' op has packed codes of unknown number, which the reference interpreter does not support}}
  %x = nibble.dequantize %cast scale(%scale : tensor<f32>) as <u4> : tensor<?xi8> -> tensor<?xf32>
  return %x : tensor<?xf32>
}

// -----

nibble.scheme @pair <u2, zero_point = integer>
  encode {
  ^bb0(%value: f32, %scale: f32, %zero: i32):
    nibble.yield %zero : i32
  } decode {
  ^bb0(%code: i32, %scale: f32, %zero: i32):
    nibble.yield %scale : f32
  }
func.func @main() -> tensor<f32> {
  %x = arith.constant dense<1.0> : tensor<4xf32>
  // expected-error @below {{'nibble.choose_params' op has a scheme of 2 parameters; @pair needs 'choose' to make more than one}}
  %s:2 = nibble.choose_params %x as <u2 @pair, zero_point = integer> : tensor<4xf32> -> tensor<f32> zero_point tensor<i32>
  return %s#0 : tensor<f32>
}
