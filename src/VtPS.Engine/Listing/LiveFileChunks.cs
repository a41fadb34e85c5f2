using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Backups;
using VtPS.Engine.Chunking;
using VtPS.Engine.Hashing;
using VtPS.Engine.IO;

namespace VtPS.Engine.Listing;

/// <summary>Cuts a live file as a backup would, and stores nothing.</summary>
internal static class LiveFileChunks
{
    /// <summary>The references of a file's chunks in order, each with its offset; one for adjoining runs of one byte, as a backup has it.</summary>
    /// <exception cref="VtException">PathNotFound, SourceDenied, SourceReadFailed.</exception>
    public static async IAsyncEnumerable<(long Offset, VtBlockReference Chunk)> ReadAsync(
        GearChunker chunker, VtHashName hashName, byte[] path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The file is read with calls that block; the yield lets a caller on a user's thread go on.
        await Task.Yield();
        string text = PathText.Format(path);
        (DirectoryHandle folder, SafeFileHandle file, FileStatus status) = Open(path, text);
        using (folder)
        using (file)
        {
            ChunkReader reader = new(
                chunker,
                (offset, buffer) => RandomAccess.Read(file, buffer.Span, offset),
                status.Allocated < status.Size ? offset => folder.FindData(file, offset, status.Size) : null)
            {
                Size = status.Size,
            };
            byte[] buffer = new byte[reader.MinimumBuffer];
            List<long> chunks = [];
            long position = 0;
            VtBlockReference? run = null;
            while (Fill(reader, buffer, chunks, text))
            {
                int at = 0;
                foreach (long length in chunks)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    VtBlockReference chunk = length < 0
                        ? VtBlockReference.OfRun(0, -length)
                        : ToReference(hashName, buffer.AsSpan(at, (int)length));
                    at += (int)Math.Max(0, length);
                    if (run is not null && chunk.Kind == VtBlockKind.Run && chunk.RunByte == run.RunByte)
                    {
                        run = VtBlockReference.OfRun(run.RunByte, run.Length + chunk.Length);
                        continue;
                    }

                    if (run is not null)
                    {
                        yield return (position, run);
                        position += run.Length;
                        run = null;
                    }

                    if (chunk.Kind == VtBlockKind.Run)
                    {
                        run = chunk;
                        continue;
                    }

                    yield return (position, chunk);
                    position += chunk.Length;
                }
            }

            if (run is not null)
            {
                yield return (position, run);
            }
        }
    }

    private static VtBlockReference ToReference(VtHashName hashName, ReadOnlySpan<byte> chunk) =>
        ChunkReference.WithoutBlock(chunk) ?? VtBlockReference.OfHash(BlockHasher.Compute(hashName, chunk), chunk.Length);

    private static bool Fill(ChunkReader reader, byte[] buffer, List<long> chunks, string text)
    {
        try
        {
            return reader.Fill(buffer, chunks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VtException(VtErrorId.SourceReadFailed, $"'{text}' cannot be read: {e.Message}", text, e);
        }
    }

    private static (DirectoryHandle Folder, SafeFileHandle File, FileStatus Status) Open(byte[] path, string text)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        byte[] name = path[(slash + 1)..];
        byte[] folderPath = slash < 0 ? "."u8.ToArray() : slash == 0 ? "/"u8.ToArray() : path[..slash];
        DirectoryHandle? folder = null;
        SafeFileHandle? file = null;
        try
        {
            folder = FileSystem.Current.OpenDirectory(folderPath);
            VtItemType type = folder.GetStatus(name).Type;
            if (type != VtItemType.File)
            {
                throw new VtException(VtErrorId.SourceReadFailed, $"'{text}' is no file but a {type}: only files have chunks. Give the file itself.", text);
            }

            file = folder.OpenFile(name);
            return (folder, file, folder.GetStatus(file));
        }
        catch (Exception e)
        {
            file?.Dispose();
            folder?.Dispose();
            if (e is not FileSystemException failure)
            {
                throw;
            }

            VtErrorId id = failure.Reason switch
            {
                FileSystemReason.NotFound or FileSystemReason.NotADirectory => VtErrorId.PathNotFound,
                FileSystemReason.Denied => VtErrorId.SourceDenied,
                _ => VtErrorId.SourceReadFailed,
            };
            throw new VtException(id, $"'{text}' cannot be read: {failure.Message} Check the path and your rights to it.", text, e);
        }
    }
}
