using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Platform.ModelHost.Native.QuantisedRows;

/// <summary>A ggml backend of ours: an accelerator, as BLAS is one, that takes the products of a Q6_K or a packed Q4_0 matrix with two columns or more from the processor's own backend. Everything else, and one column alone, stays there.</summary>
/// <remarks>llama.cpp asks each accelerator, in the order of registration, before the processor (ggml_backend_sched). Weights stay where they lie, Q4_0 as ggml packed it; what a machine packs otherwise (AMX) never comes here.</remarks>
internal static unsafe class RowsBackend
{
    private const int ApiVersion = 2, Accelerator = 3, Q6K = 14, F32 = 0, Success = 0, Failed = -1;
    private const int FewestColumns = 2;
    private const long WorkForThreads = 1 << 22; // products of numbers; below, starting a thread costs more than it saves

    internal const string Name = "QuantisedRows";

    private static readonly Lock Gate = new();
    internal static readonly int MulMat = OperationNamed("MUL_MAT");
    private static readonly int[] Views = [.. ((string[])["RESHAPE", "VIEW", "PERMUTE", "TRANSPOSE"]).Select(OperationNamed)]; // no work, and left to whichever backend comes before them
    [ThreadStatic] private static int threads;
    private static GgmlBackendReg* registered;
    private static GgmlBackendDevice* device;
    private static nint name, description, packing;
    private static byte* guid;

    internal static bool IsSupported => Avx512BW.IsSupported && Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Makes the backend known to ggml, once; nothing where the processor lacks what it needs.</summary>
    internal static void Register()
    {
        lock (Gate)
        {
            if (registered is not null || !IsSupported || MulMat < 0) { return; }
            name = Marshal.StringToCoTaskMemUTF8(Name);
            description = Marshal.StringToCoTaskMemUTF8("Q4_0 and Q6_K rows times several columns (AVX-512)");
            packing = Q40Packing.Find();
            guid = Allocate<byte>(16);
            "Platform Q rows "u8.CopyTo(new Span<byte>(guid, 16));
            registered = Allocate<GgmlBackendReg>();
            *registered = new GgmlBackendReg { api_version = ApiVersion, get_name = &RegName, get_device_count = &DeviceCount, get_device = &Device, get_proc_address = &ProcAddress };
            device = Allocate<GgmlBackendDevice>();
            *device = new GgmlBackendDevice
            {
                get_name = &DeviceName, get_description = &DeviceDescription, get_memory = &DeviceMemory, get_type = &DeviceType, get_props = &DeviceProps,
                init_backend = &Start, get_buffer_type = &BufferType, supports_op = &Supports, supports_buft = &SupportsBuffer, reg = registered,
            };
            Ggml.ggml_backend_register((nint)registered);
        }
    }

    /// <summary>Says with how many threads the context computes that this thread is about to call: llama.cpp asks what we take before it tells us.</summary>
    internal static void Expect(int contextThreads) => threads = contextThreads;

    private static int OperationNamed(string wanted) => Enumerable.Range(0, 64).FirstOrDefault(op => LlamaLibrary.Text(Ggml.ggml_op_name(op)) == wanted, -1);

    private static T* Allocate<T>(int count = 1) where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(T));

    [UnmanagedCallersOnly] private static nint RegName(GgmlBackendReg* reg) => name;

    [UnmanagedCallersOnly] private static nuint DeviceCount(GgmlBackendReg* reg) => 1;

    [UnmanagedCallersOnly] private static GgmlBackendDevice* Device(GgmlBackendReg* reg, nuint index) => device;

    [UnmanagedCallersOnly] private static void* ProcAddress(GgmlBackendReg* reg, byte* wanted) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(wanted).SequenceEqual("ggml_backend_set_n_threads"u8) ? (delegate* unmanaged<GgmlBackend*, int, void>)&SetThreads : null;

    [UnmanagedCallersOnly] private static void SetThreads(GgmlBackend* backend, int threads) => backend->context->Threads = Math.Max(1, threads);

    [UnmanagedCallersOnly] private static nint DeviceName(GgmlBackendDevice* of) => name;

    [UnmanagedCallersOnly] private static nint DeviceDescription(GgmlBackendDevice* of) => description;

    [UnmanagedCallersOnly] private static void DeviceMemory(GgmlBackendDevice* of, nuint* free, nuint* total) => *free = *total = 0;

    [UnmanagedCallersOnly] private static int DeviceType(GgmlBackendDevice* of) => Accelerator;

    [UnmanagedCallersOnly] private static void DeviceProps(GgmlBackendDevice* of, GgmlBackendDeviceProps* props) =>
        *props = new GgmlBackendDeviceProps { name = name, description = description, type = Accelerator };

    [UnmanagedCallersOnly] private static nint BufferType(GgmlBackendDevice* of) => Ggml.ggml_backend_cpu_buffer_type();

    [UnmanagedCallersOnly] private static byte SupportsBuffer(GgmlBackendDevice* of, nint bufferType) => bufferType == packing ? (byte)1 : Ggml.ggml_backend_buft_is_host(bufferType);

    [UnmanagedCallersOnly] private static byte Supports(GgmlBackendDevice* of, GgmlTensor* op) => (byte)(IsOurs(op) ? 1 : 0);

    [UnmanagedCallersOnly] private static nint BackendName(GgmlBackend* backend) => name;

    [UnmanagedCallersOnly]
    private static GgmlBackend* Start(GgmlBackendDevice* of, byte* parameters)
    {
        var backend = Allocate<GgmlBackend>();
        *backend = new GgmlBackend { guid = guid, get_name = &BackendName, free = &End, graph_compute = &Compute, device = of, context = Allocate<RowsContext>() };
        backend->context->Threads = 1;
        return backend;
    }

    [UnmanagedCallersOnly]
    private static void End(GgmlBackend* backend)
    {
        backend->context->Free();
        NativeMemory.Free(backend->context);
        NativeMemory.Free(backend);
    }

    // An exception must not leave here: it would end the process. llama.cpp hears of the failure and the step's requests end with it.
    [UnmanagedCallersOnly]
    private static int Compute(GgmlBackend* backend, nint graph)
    {
        try
        {
            for (var i = 0; i < Ggml.ggml_graph_n_nodes(graph); i++)
            {
                var node = (GgmlTensor*)Ggml.ggml_graph_node(graph, i);
                if (IsOurs(node)) { Multiply(backend->context, node); }
                else if (!Views.Contains(node->op)) { return Failed; }
            }
            return Success;
        }
        catch (Exception fault) when (fault is OutOfMemoryException or AggregateException)
        {
            return Failed;
        }
    }

    // A plain product of two matrices, rows and columns one after the other.
    internal static bool IsOurs(GgmlTensor* op)
    {
        if (op->op != MulMat) { return false; }
        GgmlTensor* weights = op->src0, columns = op->src1;
        return columns->type == F32 && op->type == F32
            && weights->ne[2] == 1 && weights->ne[3] == 1 && columns->ne[2] == 1 && columns->ne[3] == 1
            && columns->ne[1] >= FewestColumns && columns->ne[1] <= int.MaxValue && weights->ne[0] <= int.MaxValue
            && columns->nb[0] == sizeof(float) && op->nb[0] == sizeof(float) && op->nb[1] % sizeof(float) == 0
            && (IsQ6K(weights) || (IsPackedQ40(weights) && IsWorthAnInterruption(weights->ne[0] * weights->ne[1] * columns->ne[1])));
    }

    private static bool IsQ6K(GgmlTensor* weights) => weights->type == Q6K && weights->ne[0] % Q6KColumns.Block == 0 && weights->nb[0] == Q6KRows.BlockBytes;

    private static bool IsPackedQ40(GgmlTensor* weights) =>
        weights->type == Q40Packing.Q40 && packing != 0 && weights->buffer != 0 && Ggml.ggml_backend_buffer_get_type(weights->buffer) == packing && weights->ne[1] % Q40Rows.Packed == 0;

    // Every product of ours ends a run of ggml's own operations. With one thread that costs nothing; with several, ggml makes and ends its threads around it, one after the other.
    private static bool IsWorthAnInterruption(long work) => threads <= 1 || work / threads >= threads * WorkForThreads;

    /// <summary>The product that an operation of ours asks for.</summary>
    internal static void Multiply(RowsContext* context, GgmlTensor* op)
    {
        GgmlTensor* weights = op->src0, columns = op->src1;
        var (length, count, rows) = ((int)weights->ne[0], (int)columns->ne[1], weights->ne[1]);
        if (weights->type == Q6K) { context->Q6K.Quantise((byte*)columns->data, (nuint)columns->nb[1], length, count); }
        else { context->Q40.Quantise((byte*)columns->data, (nuint)columns->nb[1], length, count); }
        if (context->Threads == 1 || rows * length * count < WorkForThreads) { Part(context, op, 0, rows); }
        else { InParts(context, op, rows, context->Threads); }
    }

    private static void InParts(RowsContext* context, GgmlTensor* op, long rows, int parts)
    {
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part => Part(context, op, Border(part), Border(part + 1)));

        long Border(int part) => part == parts ? rows : rows * part / parts / Q40Rows.AtOnce * Q40Rows.AtOnce;
    }

    private static void Part(RowsContext* context, GgmlTensor* op, long first, long end)
    {
        var weights = op->src0;
        byte* rows = (byte*)weights->data;
        float* result = (float*)op->data;
        var (count, stride) = ((int)op->src1->ne[1], (long)(op->nb[1] / sizeof(float)));
        if (weights->type == Q6K) { Q6KRows.Multiply(rows, (nuint)weights->nb[1], (int)(weights->ne[0] / Q6KColumns.Block), in context->Q6K, count, result, stride, first, end); }
        else { Q40Rows.Multiply(rows, (int)(weights->ne[0] / Q80Columns.Block), in context->Q40, count, result, stride, first, end); }
    }
}
