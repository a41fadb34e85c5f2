using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Chunking;
using VtPS.Engine.IO;
using VtPS.Engine.Stores;

namespace VtPS.Engine.Backups;

/// <summary>Reads one file into the Store.</summary>
internal static class FileReading
{
    /// <summary>Files longer than this are cut into pieces for all workers.</summary>
    public const long LargeFile = 4 << 20;

    /// <summary>Opens, reads and finishes the job, or hands it on as a large file; releases its directory.</summary>
    public static void Run(BackupWorker worker, FileJob job)
    {
        SafeFileHandle? file = null;
        try
        {
            FileTime opened = FileTime.Now;
            file = job.Directory.Handle.OpenFile(job.Name);
            FileStatus status = job.Directory.Handle.GetStatus(file);
            if (status.Type != VtItemType.File)
            {
                throw new FileSystemException(FileSystemReason.NotFound, 0, "it is no longer a file");
            }

            // Another file may have the name by now: then what the walker learnt is not of this one, and the other names that it found are not this one's.
            bool same = status.Inode == job.Status.Inode;
            if (!same)
            {
                job.LeaveGroup();
            }

            ExtendedAttribute[] attributes = same && status.Changed == job.Status.Changed && job.Attributes is { } known ? known : job.Directory.Handle.GetExtendedAttributes(file);
            bool sparse = status.Allocated < status.Size && HasHole(job, file, status.Size);
            if (status.Size > LargeFile)
            {
                LargeFile large = new(worker.Run, job, file, status, opened, attributes, sparse);
                file = null;
                large.Read(worker);
                return;
            }

            (VtBlockReference content, long read, long newBytes) = ReadSmall(worker, file, status.Size);
            FileStatus after = job.Directory.Handle.GetStatus(file);
            worker.Run.Finish(job, after, opened, attributes, content, sparse, ChangedBetween(status, after) || read != after.Size, newBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            worker.Run.Fail(job, e);
        }
        finally
        {
            file?.Dispose();
            job.Directory.Release();
        }
    }

    /// <summary>Whether two looks at an open file show that it was written to in between.</summary>
    public static bool ChangedBetween(in FileStatus before, in FileStatus after) =>
        before.Size != after.Size || before.Modified != after.Modified || before.Changed != after.Changed;

    private static bool HasHole(FileJob job, SafeFileHandle file, long size)
    {
        (long Start, long End)? data = job.Directory.Handle.FindData(file, 0, size);
        return data is not { } first || first.Start > 0 || first.End < size;
    }

    private static (VtBlockReference Content, long Read, long NewBytes) ReadSmall(BackupWorker worker, SafeFileHandle file, long size)
    {
        // One byte more than the file is said to have is asked for: a file that grew is read as far as the buffer goes, or not; the look at it afterwards tells.
        int limit = (int)size + 1;
        byte[] buffer = worker.Buffer(limit);
        int length = 0;
        do
        {
            int read = RandomAccess.Read(file, buffer.AsSpan(length, limit - length), length);
            if (read == 0)
            {
                break;
            }

            length += read;
        }
        while (length < size);

        Interlocked.Add(ref worker.Run.Counters.BytesRead, length);
        worker.Run.Progress.AddBytes(length);
        long before = worker.Packer.BytesNew;
        VtBlockReference content = Store(worker, buffer.AsSpan(0, length));
        return (content, length, worker.Packer.BytesNew - before);
    }

    private static VtBlockReference Store(BackupWorker worker, ReadOnlySpan<byte> content)
    {
        GearChunker chunker = worker.Run.Chunker;
        int first = content.Length <= chunker.Parameters.Minimum ? content.Length : chunker.FindCut(content, out _);
        if (first == content.Length)
        {
            return ChunkReference.Add(worker.Packer, content);
        }

        Blocks.BlockTreeBuilder builder = new(worker.Run.TreeSink);
        while (!content.IsEmpty)
        {
            int length = chunker.FindCut(content, out _);
            builder.Add(ChunkReference.Add(worker.Packer, content[..length]));
            content = content[length..];
        }

        return builder.Finish();
    }
}
