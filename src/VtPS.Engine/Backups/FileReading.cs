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

    /// <summary>Opens, reads and finishes the job, or hands it on as a large file; releases its directory. A file that cannot be read is reported; what cannot be stored ends the run.</summary>
    public static void Run(BackupWorker worker, FileJob job)
    {
        try
        {
            SmallFile small;
            LargeFile? large;
            try
            {
                large = Read(worker, job, out small);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                worker.Run.Fail(job, e);
                return;
            }

            if (large is not null)
            {
                large.Read(worker);
                return;
            }

            long before = worker.Packer.BytesNew;
            VtBlockReference content = Store(worker, worker.Buffer(small.Length).AsSpan(0, small.Length));
            worker.Run.Finish(job, small.Status, small.Opened, small.Attributes, content, small.IsSparse, small.IsChanged, worker.Packer.BytesNew - before);
        }
        finally
        {
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

    /// <summary>Reads a file.</summary>
    /// <returns>Null: all of it is in the worker's buffer; else the large file that it is, which is still to be read.</returns>
    private static LargeFile? Read(BackupWorker worker, FileJob job, out SmallFile small)
    {
        FileTime opened = FileTime.Now;
        SafeFileHandle? file = job.Directory.Handle.OpenFile(job.Name);
        try
        {
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
            small = default;
            if (status.Size > LargeFile)
            {
                LargeFile large = new(worker.Run, job, file, status, opened, attributes, sparse);
                file = null;
                return large;
            }

            int length = ReadSmall(worker, file, status.Size);
            FileStatus after = job.Directory.Handle.GetStatus(file);
            small = new SmallFile(after, opened, attributes, length, sparse, ChangedBetween(status, after) || length != after.Size);
            return null;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Reads a file into the worker's buffer.</summary>
    /// <returns>How many bytes.</returns>
    private static int ReadSmall(BackupWorker worker, SafeFileHandle file, long size)
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
        return length;
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

    /// <summary>A file that is in the worker's buffer, as it was once it was read.</summary>
    private readonly record struct SmallFile(FileStatus Status, FileTime Opened, ExtendedAttribute[] Attributes, int Length, bool IsSparse, bool IsChanged);
}
