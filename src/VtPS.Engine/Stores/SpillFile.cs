using Microsoft.Win32.SafeHandles;

namespace VtPS.Engine.Stores;

/// <summary>A temporary file, gone with the process, for the pages of an index in memory that has grown large. Used by one thread at a time.</summary>
internal sealed class SpillFile : IBlockPageSource, IDisposable
{
    // A position says where a page begins, times this, plus its length.
    private const int LengthRange = 8192;

    private readonly byte[] _buffer = new byte[LengthRange];
    private SafeFileHandle? _file;
    private long _end;
    private bool _failed;

    /// <summary>Puts a page in the file, which is made at the first call.</summary>
    /// <param name="page">The page, shorter than 8 KiB.</param>
    /// <returns>Its position; negative where it could not be written.</returns>
    public long Append(ReadOnlySpan<byte> page)
    {
        if (_failed)
        {
            return -1;
        }

        try
        {
            if (_file is null)
            {
                string path = Path.Combine(Path.GetTempPath(), "vtps-" + Path.GetRandomFileName());
                _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
                if (!OperatingSystem.IsWindows())
                {
                    // Readable by nobody else: without a name there is no way to it.
                    File.Delete(path);
                }
            }

            RandomAccess.Write(_file, page, _end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failed = true;
            return -1;
        }

        long position = (_end * LengthRange) + page.Length;
        _end += page.Length;
        return position;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long position)
    {
        int length = (int)(position % LengthRange);
        try
        {
            int read = 0;
            while (read < length)
            {
                int count = RandomAccess.Read(_file!, _buffer.AsSpan(read, length - read), (position / LengthRange) + read);
                if (count == 0)
                {
                    return default;
                }

                read += count;
            }

            return _buffer.AsSpan(0, length);
        }
        catch (IOException)
        {
            return default;
        }
    }

    /// <inheritdoc/>
    public void Distrust() => _failed = true;

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
