using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Mingjian.Primitives;

/// <summary>SHA-256 of short inputs without the overhead of the framework's call.</summary>
/// <remarks>
/// An act costs about fifty hashes of 60 to 600 bytes (state tree, log tree, ids). OpenSSL 3 takes 0.1 us for one, its EVP layer under
/// <see cref="SHA256.HashData(ReadOnlySpan{byte}, Span{byte})"/> another 0.6 us. So on Linux the very same library is called directly;
/// where it is not there, or does not agree with the framework, the framework is used.
/// </remarks>
public static unsafe class Sha256
{
    /// <summary>Longer inputs would keep the garbage collector waiting, and gain little.</summary>
    private const int Short = 1024;

    private static readonly OpenSsl Direct = OpenSsl.Find();

    /// <summary>Whether short inputs take the direct way on this machine.</summary>
    public static bool IsDirect => Direct.IsThere;

    /// <summary>Writes the 32 bytes of the digest; it may overlap the data.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (Direct.IsThere && data.Length <= Short)
        {
            Direct.Hash(data, digest[..Hash32.Size]);
        }
        else
        {
            SHA256.HashData(data, digest);
        }
    }

    /// <summary>The three low-level functions of libcrypto 3.</summary>
    private readonly struct OpenSsl
    {
        // SHA256_CTX has 112 bytes.
        private const int ContextLength = 128;

        private readonly delegate* unmanaged[SuppressGCTransition]<byte*, int> _init;
        private readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, nuint, int> _update;
        private readonly delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int> _final;

        private OpenSsl(nint init, nint update, nint final)
        {
            _init = (delegate* unmanaged[SuppressGCTransition]<byte*, int>)init;
            _update = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, nuint, int>)update;
            _final = (delegate* unmanaged[SuppressGCTransition]<byte*, byte*, int>)final;
        }

        public bool IsThere => _init is not null;

        public static OpenSsl Find()
        {
            if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libcrypto.so.3", out var library)
                && NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
                && NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
                && NativeLibrary.TryGetExport(library, "SHA256_Final", out var final))
            {
                var found = new OpenSsl(init, update, final);
                return found.AgreesWithFramework() ? found : default;
            }

            return default;
        }

        // Its own stack is not zeroed, and it is not inlined: no 256-bit code may come between the clearing and the calls.
        [SkipLocalsInit]
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
        {
            var context = stackalloc byte[ContextLength];
            ClearUpperHalves(context);
            fixed (byte* input = data, output = digest)
            {
                if (_init(context) != 1 || _update(context, input, (nuint)data.Length) != 1 || _final(output, context) != 1)
                {
                    throw new CryptographicException("The hash function failed.");
                }
            }
        }

        /// <summary>Ends in VZEROUPPER, as any compiled method with 256-bit code of its own does.</summary>
        /// <remarks>
        /// OpenSSL's SHA-256 is legacy SSE code. Entered with the upper halves of the vector registers in use - which a caller's zeroed
        /// stack or wide copy leaves behind, and the compiler does not clear before a call - it is three to four times as slow.
        /// </remarks>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void ClearUpperHalves(byte* scratch) => Vector256<byte>.Zero.Store(scratch);

        /// <summary>Lengths up to and beyond two blocks.</summary>
        private bool AgreesWithFramework()
        {
            Span<byte> data = stackalloc byte[130];
            Span<byte> digest = stackalloc byte[Hash32.Size];
            for (var length = 0; length <= data.Length; length++)
            {
                Hash(data[..length], digest);
                if (!digest.SequenceEqual(SHA256.HashData(data[..length])))
                {
                    return false;
                }

                digest.CopyTo(data[(length % (data.Length - Hash32.Size))..]);
            }

            return true;
        }
    }
}
