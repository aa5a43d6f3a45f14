"""Files that are attached to records.

Source: the models Attachment and AttachmentsDataset of codat-accounting 0.36.
"""

from codat.lenient import LenientModel, Maybe, Objects, Text


class Attachment(LenientModel):
    """A file as the accounting software has it; `file_size` in bytes."""

    id: Text = None
    name: Text = None
    content_type: Text = None
    file_size: Maybe[int] = None


class AttachmentList(LenientModel):
    """The files of one record."""

    attachments: Objects[Attachment]
