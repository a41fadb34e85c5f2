using System.Buffers;
using Microsoft.Win32.SafeHandles;
using VtPS.Engine.Blocks;
using VtPS.Engine.IO;

namespace VtPS.Engine.Backups;

/// <summary>
/// A large file on its way into the Store. One worker reads and cuts it; the pieces are hashed, compressed and stored by all, and folded in their order as they
/// come back. Whoever brings the last piece finishes the file.
/// </summary>
internal sealed class LargeFile
{
    private const int PieceLength = 4 << 20;
    private const int StreamBuffer = 256 << 10;

    private readonly BackupRun _run;
    private readonly FileJob? _job;
    private readonly SafeFileHandle? _file;
    private readonly FileStatus _before;
    private readonly FileTime _opened;
    private readonly ExtendedAttribute[] _attributes;
    private readonly bool _sparse;
    private readonly BlockTreeBuilder _builder;
    private readonly SortedDictionary<int, VtBlockReference[]> _early = [];
    private readonly Lock _gate = new();
    private int _next;
    private int _missing = 1;
    private bool _failed;
    private long _newBytes;
    private FileStatus _after;

    /// <summary>A file of a job, already open; it and a user of the job's directory belong to this object from here on.</summary>
    public LargeFile(BackupRun run, FileJob job, SafeFileHandle file, FileStatus before, FileTime opened, ExtendedAttribute[] attributes, bool sparse)
        : this(run)
    {
        _job = job;
        _file = file;
        _before = before;
        _after = before;
        _opened = opened;
        _attributes = attributes;
        _sparse = sparse;
        job.Directory.AddUser();
    }

    /// <summary>Content that comes from a stream; <see cref="Done"/> is called with it.</summary>
    public LargeFile(BackupRun run)
    {
        _run = run;
        _attributes = [];
        _builder = new BlockTreeBuilder(run.TreeSink);
    }

    /// <summary>Called once with the content, or with null if it could not be read.</summary>
    public Action<VtBlockReference?, long>? Done { get; init; }

    /// <summary>Reads the file of the job.</summary>
    public void Read(BackupWorker worker)
    {
        DirectoryHandle directory = _job!.Directory.Handle;
        _run.Progress.SetCurrent(PathText.Format(_job.Builder.InsidePath(_job.Name)), _before.Size);
        try
        {
            ChunkReader reader = new(
                _run.Chunker,
                (offset, buffer) => RandomAccess.Read(_file!, buffer.Span, offset),
                _sparse ? offset => directory.FindData(_file!, offset, _before.Size) : null)
            {
                Size = _before.Size,
            };
            if ((Read(worker, reader) ?? LookAgain(directory)) is { } failure)
            {
                SetFailed();
                _run.Fail(_job, failure);
            }
        }
        finally
        {
            _run.Progress.SetCurrent(null, 0);
            Release();
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    public void Read(BackupWorker worker, Stream stream)
    {
        try
        {
            // A pipe's read cannot be cancelled. It gets a buffer of its own, so that one that is left behind writes into nothing that is used again.
            byte[] own = new byte[StreamBuffer];
            Exception? failure = Read(worker, new ChunkReader(
                _run.Chunker,
                (_, buffer) =>
                {
                    int got = stream.ReadAsync(own, 0, Math.Min(own.Length, buffer.Length), CancellationToken.None).WaitAsync(_run.Stopping).GetAwaiter().GetResult();
                    own.AsSpan(0, got).CopyTo(buffer.Span);
                    return got;
                },
                null));
            if (failure is not null)
            {
                SetFailed();
                throw new VtException(VtErrorId.SourceReadFailed, $"The stream '{_run.Request.InputName}' could not be read to its end: {failure.Message} No backup was made of it.", _run.Request.InputName, failure);
            }
        }
        catch (OperationCanceledException)
        {
            SetFailed();
        }
        finally
        {
            Release();
        }
    }

    private Exception? LookAgain(DirectoryHandle directory)
    {
        try
        {
            _after = directory.GetStatus(_file!);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    /// <summary>Reads to the end, or until the run is stopped.</summary>
    /// <returns>Why it could not be read; null where it could. What cannot be stored is thrown.</returns>
    private Exception? Read(BackupWorker worker, ChunkReader reader)
    {
        int length = Math.Max(PieceLength, reader.MinimumBuffer);
        for (int number = 0; ; number++)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
            List<long> chunks = [];
            long position = reader.Position;
            long bytesRead = reader.BytesRead;
            bool any;
            try
            {
                any = !_run.IsStopping && reader.Fill(buffer, chunks);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return e;
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw;
            }

            Interlocked.Add(ref _run.Counters.BytesRead, reader.BytesRead - bytesRead);
            _run.Progress.AddBytes(reader.Position - position);
            _run.Progress.SetCurrentDone(reader.Position);
            if (!any)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                if (_run.IsStopping)
                {
                    SetFailed();
                }

                return null;
            }

            Interlocked.Increment(ref _missing);
            Piece piece = new(this, number, buffer, chunks);
            if (!_run.Queue.TryAddPiece(piece))
            {
                piece.Run(worker);
            }
        }
    }

    private void SetFailed()
    {
        lock (_gate)
        {
            _failed = true;
        }
    }

    /// <summary>Folds what has come back, in order.</summary>
    private void Fold(int number, VtBlockReference[] references)
    {
        lock (_gate)
        {
            _early.Add(number, references);
            while (_early.Remove(_next, out VtBlockReference[]? ready))
            {
                _next++;
                foreach (VtBlockReference reference in ready)
                {
                    _builder.Add(reference);
                }
            }
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _missing) > 0)
        {
            return;
        }

        try
        {
            long length = _builder.Length;
            VtBlockReference? content = _failed ? null : _builder.Finish();
            if (_job is null)
            {
                Done!(content, _newBytes);
            }
            else if (content is not null)
            {
                _run.Finish(_job, _after, _opened, _attributes, content, _sparse, FileReading.ChangedBetween(_before, _after) || length != _after.Size, _newBytes);
            }
        }
        finally
        {
            _file?.Dispose();
            _job?.Directory.Release();
        }
    }

    /// <summary>A buffer of chunks for any worker.</summary>
    private sealed class Piece(LargeFile file, int number, byte[] buffer, List<long> chunks) : IWork
    {
        public void Run(BackupWorker worker)
        {
            long before = worker.Packer.BytesNew;
            VtBlockReference[] references = new VtBlockReference[chunks.Count];
            int at = 0;
            for (int i = 0; i < references.Length; i++)
            {
                if (chunks[i] < 0)
                {
                    references[i] = VtBlockReference.OfRun(0, -chunks[i]);
                }
                else
                {
                    references[i] = ChunkReference.Add(worker.Packer, buffer.AsSpan(at, (int)chunks[i]));
                    at += (int)chunks[i];
                }
            }

            Interlocked.Add(ref file._newBytes, worker.Packer.BytesNew - before);
            file.Fold(number, references);
            ArrayPool<byte>.Shared.Return(buffer);
            file.Release();
        }

        public void Drop()
        {
            file.SetFailed();
            ArrayPool<byte>.Shared.Return(buffer);
            file.Release();
        }
    }
}
